import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeHosts } from "../hosts";
import { effectiveOn, etcOf, Fleet, SERVER, WANTED } from "./fleet";

describeHosts("a host that can't be dealt with costs the others nothing", () => {
  let fleet: Fleet;

  before(async () => {
    fleet = await Fleet.create(3);
  });
  after(() => fleet?.remove());
  beforeEach(async () => {
    await Promise.all(fleet.hosts.map((host) => host.reset()));
    fleet.stack.configure(fleet.settings());
  });
  afterEach(async () => {
    await fleet.destroy();
  });

  it("an unreachable host is a warning in preview; up finishes the others, then fails and names it", async () => {
    await fleet.host(2).cutNetwork();
    const preview = await fleet.preview();
    assert.match(preview, /web-3 unreachable: 10\.\S+:22 does not answer/);
    assert.match(preview, /recap: ok=0 changed=2 skipped=0 unreachable=1 failed=0/);
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /1 of 3 hosts could not be dealt with:\s+web-3 unreachable/);
    assert.deepEqual(await effectiveOn(fleet.host(0)), WANTED);
    assert.deepEqual(await effectiveOn(fleet.host(1)), WANTED);
    await fleet.host(2).restoreNetwork();
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.deepEqual(await effectiveOn(fleet.host(2)), WANTED);
  });

  it("a configured host that became unreachable keeps its state and is not touched; skipped, up succeeds", async () => {
    await fleet.up();
    await fleet.host(2).cutNetwork();
    fleet.stack.configure(fleet.settings({ onUnreachable: "skip", server: { ...SERVER, clientAliveInterval: 60 } }));
    const output = await fleet.up();
    assert.match(output, /recap: ok=0 changed=2 skipped=0 unreachable=1 failed=0/);
    assert.match(output, /~ 2 updated/);
    await fleet.host(2).restoreNetwork();
    assert.deepEqual(await effectiveOn(fleet.host(2)), WANTED);
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.equal((await effectiveOn(fleet.host(2))).clientaliveinterval, 60);
  });

  it("an unreachable host that was never configured fails the run even where such hosts are skipped", async () => {
    await fleet.host(2).cutNetwork();
    fleet.stack.configure(fleet.settings({ onUnreachable: "skip" }));
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /web-3 unreachable/);
    await fleet.host(2).restoreNetwork();
  });

  it("a host with another host key than expected is never logged in to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-key-"));
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, "other")]);
    const hostKey = readFileSync(join(folder, "other.pub"), "utf8").trim();
    rmSync(folder, { recursive: true });
    const before = await fleet.host(1).acceptedLogins();
    fleet.stack.configure(fleet.settings({}, { "web-2": { hostKey } }));
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /web-2 failed: 10\.\S+:22 has another host key than the expected ssh-ed25519 /);
    assert.equal(await fleet.host(1).acceptedLogins(), before);
    assert.deepEqual(await effectiveOn(fleet.host(0)), WANTED);
  });

  const broken: [title: string, breakIt: string, says: RegExp][] = [
    [
      "whose sudo wants a password",
      "rm /etc/sudoers.d/*; echo 'deploy ALL=(ALL) ALL' >/etc/sudoers.d/deploy",
      /sudo refused: .*a password is required; let deploy use sudo/,
    ],
    [
      "whose sshd_config sshd rejects already",
      "echo Bogus yes >>/etc/ssh/sshd_config",
      /sshd -T rejects \/etc\/ssh\/sshd_config as it stands: .*mend that first/,
    ],
    [
      "whose sshd_config is a directory",
      "rm /etc/ssh/sshd_config; mkdir /etc/ssh/sshd_config",
      /\/etc\/ssh\/sshd_config is a directory/,
    ],
    [
      "whose ssh_config is missing",
      "rm /etc/ssh/ssh_config",
      /\/etc\/ssh\/ssh_config does not exist; the client role needs that file/,
    ],
    [
      "whose login shell runs nothing",
      "usermod -s /usr/sbin/nologin deploy",
      /web-2 failed: .*This account is currently not available/,
    ],
    [
      "whose journal is a directory",
      "mkdir -p /var/lib/ssh-keepalive/journal",
      /\/var\/lib\/ssh-keepalive\/journal, where this host keeps what was changed, is a directory; move it away/,
    ],
    [
      "whose login shell says hello before any command",
      "echo 'echo hello' >/home/deploy/.bashrc",
      /it starts with "hello"; the login shell's start-up files must print nothing/,
    ],
    [
      "whose login shell is csh",
      "ln -s bash /bin/tcsh; usermod -s /bin/tcsh deploy",
      /web-2 failed: deploy's login shell there is \/bin\/tcsh; log in as a user with sh/,
    ],
    [
      "whose Match all overrides everybody",
      "printf 'Match all\\n  ClientAliveInterval 7\\n' >>/etc/ssh/sshd_config",
      /sshd_config:\d+ sets ClientAliveInterval under "Match all"/,
    ],
  ];
  for (const [title, breakIt, says] of broken)
    it(`a host ${title} is left alone and named with what to do`, async () => {
      await fleet.host(1).run(breakIt);
      const before = await etcOf(fleet.host(1));
      assert.match(await fleet.preview(), says);
      const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
      assert.notEqual(code, 0);
      assert.match(output, says);
      assert.match(output, /recap: ok=0 changed=2 skipped=0 unreachable=0 failed=1/);
      assert.equal(await etcOf(fleet.host(1)), before);
    });

  it("a change that fails on the host is told by up, which fails after the others; the next up tries again", async () => {
    await fleet.host(1).run("chattr +i /etc/ssh/sshd_config");
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /web-2 failed: \/etc\/ssh\/sshd_config can't be replaced/);
    assert.deepEqual(await effectiveOn(fleet.host(2)), WANTED);
    await fleet.host(1).run("chattr -i /etc/ssh/sshd_config");
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.deepEqual(await effectiveOn(fleet.host(1)), WANTED);
  });

  it("a host where the command can't even start fails as a resource, after the others are done", async () => {
    await fleet.host(1).run("mount -t tmpfs -o size=4k,nr_inodes=1 none /tmp");
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /no temporary directory can be made: is \/tmp full or read-only\?/);
    assert.match(output, /web-2 failed: its command did not run/);
    assert.match(output, /recap: ok=0 changed=2 skipped=0 unreachable=0 failed=1/);
    for (const index of [0, 2]) assert.deepEqual(await effectiveOn(fleet.host(index)), WANTED);
    await fleet.host(1).run("umount /tmp");
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
  });

  it("settings that are not usable fail the preview with all mistakes, before any login", async () => {
    const before = await fleet.host(0).acceptedLogins();
    fleet.stack.configure(fleet.settings({ server: { clientAliveIntervall: 3 }, client: { serverAliveInterval: -1 } }));
    const { code, output } = await fleet.stack.run(["preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /2 settings are not usable; nothing was touched:/);
    assert.match(output, /server\.clientAliveIntervall: there is no such setting/);
    assert.match(output, /client\.serverAliveInterval: -1 is not allowed; it takes a whole number of seconds/);
    assert.doesNotMatch(output, /at .*\.ts:\d+/, "no stack trace");
    assert.equal(await fleet.host(0).acceptedLogins(), before);
  });
});
