import assert from "node:assert/strict";
import { effectiveOn, etcOf, Fleet, untilSettled, WANTED } from "../e2e/fleet";
import { Session } from "../e2e/session";
import { describeHosts, type Host } from "../hosts";

/** How a host is broken, what up says of it, and how it is mended. */
interface Way {
  what: string;
  broken: string;
  said: RegExp;
  mended: string;
}

const KEPT = "/var/lib/ssh-keepalive";
const reloadBy = (command: string) =>
  `mkdir -p /run/systemd/system/ssh.service.d && printf '[Service]\\nExecReload=\\nExecReload=${command}\\n' >/run/systemd/system/ssh.service.d/x.conf && systemctl daemon-reload`;
const RELOAD_MENDED = "rm /run/systemd/system/ssh.service.d/x.conf && systemctl daemon-reload";

const WAYS: Way[] = [
  {
    what: "its disk is full",
    broken: `mkdir -p ${KEPT} && mount -t tmpfs -o size=8k none ${KEPT}`,
    said: /nothing was changed, as it could not be undone by itself: .*No space left/,
    mended: `umount ${KEPT}`,
  },
  {
    what: "it has no inodes left",
    broken: `mkdir -p ${KEPT} && mount -t tmpfs -o nr_inodes=2 none ${KEPT}`,
    said: /nothing was changed, as it could not be undone by itself: .*No space left/,
    mended: `umount ${KEPT}`,
  },
  {
    what: "its configuration is on a read-only file system",
    broken: "mount --bind /etc/ssh /etc/ssh && mount -o remount,bind,ro /etc/ssh",
    said: /can't be changed: it or its folder is read-only or immutable/,
    mended: "umount /etc/ssh",
  },
  {
    what: "the disk of the journal is read-only",
    broken: `mkdir -p ${KEPT} && mount -t tmpfs -o ro none ${KEPT}`,
    said: /journal\.lock can't be had: .*Read-only file system/,
    mended: `umount ${KEPT}`,
  },
  {
    what: "its reload fails",
    broken: reloadBy("/bin/false"),
    said: /sshd did not reload: Job for ssh\.service failed/,
    mended: RELOAD_MENDED,
  },
  {
    what: "its sshd ends at the reload",
    broken: reloadBy("/bin/kill -TERM $MAINPID"),
    said: /sshd did not reload: it did not come back within 10 s/,
    mended: RELOAD_MENDED,
  },
  {
    what: "somebody else is at work there",
    broken: `mkdir -p ${KEPT} && { setsid sleep 300 >/dev/null 2>&1 & } && pid=$! && sleep 0.2 && ln -s "$pid,$(cut -d ' ' -f 22 /proc/$pid/stat),$(cat /proc/sys/kernel/random/boot_id)" ${KEPT}/journal.lock`,
    said: /another run is at work here or waits for its confirmation \(process \d+\)/,
    mended: `kill "$(readlink ${KEPT}/journal.lock | cut -d , -f 1)"`,
  },
  {
    what: "a later release wrote its journal",
    broken: `mkdir -p ${KEPT} && echo ssh-keepalive-journal 2 >${KEPT}/journal`,
    said: /journal was written by a later release of ssh-keepalive/,
    mended: `rm ${KEPT}/journal`,
  },
  {
    what: "the clock was set after sshd had started",
    broken: "touch -d '2 days' /etc/ssh/sshd_config",
    said: /changed/,
    mended: "true",
  },
];

describeHosts("twenty hosts of which half are broken, each in its own way", function () {
  this.timeout(600_000);
  let fleet: Fleet;
  const original = new Map<Host, string>();

  before(async () => {
    fleet = await Fleet.create(20);
    fleet.stack.configure(fleet.settings({ confirmTimeout: 30 }));
    for (const [i, { broken, what }] of WAYS.entries()) {
      const { code, stderr } = await fleet.host(i).run(broken);
      assert.equal(code, 0, `${what}: ${stderr}`);
    }
    for (const host of fleet.hosts) original.set(host, await etcOf(host));
  });
  after(() => fleet?.remove());

  it("all others are done, each cause is told, no byte of the broken ones is lost and their sshd answers; mended, they are done by the next up", async () => {
    const broken = WAYS.filter(({ what }) => !what.startsWith("the clock"));
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(
      output,
      new RegExp(`recap: ok=0 changed=${20 - broken.length} skipped=0 unreachable=0 failed=${broken.length}`),
    );
    for (const [i, { what, said }] of WAYS.entries()) {
      const host = fleet.host(i);
      const told = output
        .split("\n")
        .find((line) => line.includes(`${host.name} failed: `) || line.includes(`${host.name}: failed: `));
      if (broken.some((way) => way.what === what)) {
        assert.match(told ?? "", said, what);
        await untilSettled(host);
        assert.equal(await etcOf(host), original.get(host), what);
      }
      const session = await Session.open(host, "deploy");
      session.close();
    }
    for (const host of fleet.hosts.slice(WAYS.length)) assert.deepEqual(await effectiveOn(host), WANTED);
    for (const [i, { mended, what }] of WAYS.entries()) assert.equal((await fleet.host(i).run(mended)).code, 0, what);
    assert.match(await fleet.up(), new RegExp(`recap: ok=${20 - broken.length} changed=${broken.length}`));
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
  });
});
