import assert from "node:assert/strict";
import { DROP_IN, effectiveOn, etcOf, Fleet, SERVER, untilSettled, WANTED } from "../e2e/fleet";
import { describeHosts } from "../hosts";

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

  it("a change that fails on the host is undone there and told by up, which fails after the others; the next up tries again", async () => {
    const etc = await etcOf(fleet.host(1));
    const drop = "/run/systemd/system/ssh.service.d";
    const broken = `mkdir ${drop} && printf '[Service]\\nExecReload=/bin/false\\n' >${drop}/broken.conf && systemctl daemon-reload`;
    assert.equal((await fleet.host(1).run(broken)).code, 0);
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /web-2 failed: sshd did not reload: Job for ssh\.service failed/);
    assert.match(output, /recap: ok=0 changed=2 skipped=0 unreachable=0 failed=1/);
    assert.equal(await etcOf(fleet.host(1)), etc);
    for (const index of [0, 2]) assert.deepEqual(await effectiveOn(fleet.host(index)), WANTED);
    await fleet.host(1).run(`rm ${drop}/broken.conf && systemctl daemon-reload`);
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.deepEqual(await effectiveOn(fleet.host(1)), WANTED);
  });

  it("somebody's mistake that sshd has not read yet and that would let nobody in is refused before a reload brings it into force", async () => {
    const host = fleet.host(1);
    await host.run("sed -i '1i AllowUsers nobody' /etc/ssh/sshd_config");
    const etc = await etcOf(host);
    const refused =
      /web-2: failed: \/etc\/ssh\/sshd_config was changed and sshd has not read it since; with it a login does not get in/;
    assert.match(await fleet.preview(), refused);
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, refused);
    assert.match(output, /recap: ok=0 changed=2 skipped=0 unreachable=0 failed=1/);
    assert.equal(await etcOf(host), etc);
    await host.run("sed -i '/^AllowUsers nobody$/d' /etc/ssh/sshd_config");
    const preview = await fleet.preview();
    assert.match(
      preview,
      /warning: \/etc\/ssh\/sshd_config was changed and sshd has not read it since: it comes into force/,
    );
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.doesNotMatch(await fleet.preview(), /has not read it since/);
  });

  it("a change after which nobody gets in goes back by itself; up names it, the next preview tells what became of it", async () => {
    const host = fleet.host(1);
    // Stands for whatever lets nobody in with the new file.
    await host.write(
      "/usr/local/sbin/turn-away",
      `#!/bin/sh\n! [ -e ${DROP_IN} ] && ! grep -q ssh-keepalive /etc/ssh/sshd_config\n`,
      0o755,
    );
    await host.run("sed -i '1i account required pam_exec.so quiet /usr/local/sbin/turn-away' /etc/pam.d/sshd");
    const etc = await etcOf(host);
    fleet.stack.configure(fleet.settings({ confirmTimeout: 5 }));
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(
      output,
      /web-2 failed: it was changed and sshd reloaded, but no fresh login confirms it: .*within 5 s the host goes back/,
    );
    assert.match(output, /recap: ok=0 changed=2 skipped=0 unreachable=0 failed=1/);
    await untilSettled(host);
    assert.equal(await etcOf(host), etc);
    const preview = await fleet.preview();
    assert.match(
      preview,
      /note: the last change failed: no fresh login confirmed it within 5 s, so it went back by itself/,
    );
    assert.match(preview, /web-2: would change/);
    await host.run("sed -i '/turn-away/d' /etc/pam.d/sshd");
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.deepEqual(await effectiveOn(host), WANTED);
  });

  it("a host where the command can't even start fails as a resource, after the others are done", async () => {
    await fleet.host(1).run("mount -t tmpfs -o size=4k,nr_inodes=1 none /tmp");
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /no temporary directory can be made: is \/tmp full or read-only\?/);
    assert.match(output, /web-2: failed: its command did not run/);
    assert.match(output, /recap: ok=0 changed=2 skipped=0 unreachable=0 failed=1/);
    for (const index of [0, 2]) assert.deepEqual(await effectiveOn(fleet.host(index)), WANTED);
    await fleet.host(1).run("umount /tmp");
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
  });
});
