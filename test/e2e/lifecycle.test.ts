import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeHosts, type Host } from "../hosts";
import { CLIENT, DROP_IN, effectiveOn, etcOf, Fleet, SERVER, WANTED } from "./fleet";

const FILES = [
  [DROP_IN, "absent"],
  ["/etc/ssh/ssh_config", "now"],
];

describeHosts("three hosts from first preview to destroy", () => {
  let fleet: Fleet;
  let pristine: string[];

  before(async () => {
    fleet = await Fleet.create(3);
    pristine = await Promise.all(fleet.hosts.map(etcOf));
  });
  after(() => fleet?.remove());

  async function logins(during: () => Promise<unknown>): Promise<number[]> {
    const count = () => Promise.all(fleet.hosts.map((host) => host.acceptedLogins()));
    const before = await count();
    await during();
    return (await count()).map((logins, i) => logins - (before[i] as number));
  }

  it("preview shows a diff per file, values before and after and a recap, and changes nothing in /etc", async () => {
    let output = "";
    const counted = await logins(async () => {
      output = await fleet.preview();
    });
    assert.match(output, /web-3: would change/);
    assert.match(output, /server \(sshd -T\): ClientAliveInterval 0 → 300, ClientAliveCountMax 3 → 2/);
    assert.match(output, /client \(ssh -G\): ServerAliveInterval 0 → 300, ServerAliveCountMax 3 → 2/);
    for (const [file, before] of FILES)
      assert.match(output, new RegExp(`--- ${file}\\t${before}\\n +\\+\\+\\+ ${file}\\twanted\\n +@@ `));
    assert.match(output, /^ +\+ClientAliveInterval 300$/m);
    assert.match(output, /recap: ok=0 changed=3 skipped=0 unreachable=0 failed=0/);
    assert.deepEqual(await Promise.all(fleet.hosts.map(etcOf)), pristine);
    assert.deepEqual(counted, [1, 1, 1], "logins per host");
  });

  it("up brings the values in force on every host, with three logins each: to read, to apply, to confirm", async () => {
    let output = "";
    const counted = await logins(async () => {
      output = await fleet.up();
    });
    assert.match(output, /recap: ok=0 changed=3 skipped=0 unreachable=0 failed=0/);
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
    assert.deepEqual(counted, [3, 3, 3], "logins per host");
  });

  it("the running sshd has taken up the new file", async () => {
    for (const host of fleet.hosts) {
      const { stdout } = await host.run(
        "journalctl -u ssh -o cat | grep -c 'Received SIGHUP; restarting'; systemctl is-active ssh",
      );
      assert.equal(stdout, "1\nactive\n", host.name);
    }
  });

  it("tells the values in force as a stack output", async () => {
    const effective = JSON.parse(
      await fleet.stack.expect(["stack", "output", "effective", "--json", "--stack", "e2e"]),
    );
    assert.deepEqual(effective["web-2"], [
      { role: "server", values: { ClientAliveInterval: 300, ClientAliveCountMax: 2 } },
      { role: "client", values: { ServerAliveInterval: 300, ServerAliveCountMax: 2 } },
    ]);
  });

  it("keeps the private key out of the state", () => {
    const key = fleet.host(0).privateKey;
    const middle = key.split("\n")[2] as string;
    const files = readdirSync(fleet.stack.state, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    assert.ok(files.length > 0);
    for (const { parentPath, name } of files)
      assert.ok(!readFileSync(join(parentPath, name), "utf8").includes(middle), name);
  });

  it("a second up finds nothing to do, with one login each", async () => {
    let output = "";
    const counted = await logins(async () => {
      output = await fleet.up("--expect-no-changes");
    });
    assert.match(output, /recap: ok=3 changed=0/);
    assert.deepEqual(counted, [1, 1, 1], "logins per host");
  });

  it("other people's edits in the same files are no change of ours", async () => {
    await append(fleet.host(1), "/etc/ssh/sshd_config", "MaxAuthTries 4\n");
    await append(fleet.host(1), "/etc/ssh/ssh_config", "Host build.example\n    User ci\n");
    await fleet.preview("--expect-no-changes");
  });

  it("a hand edit of our line is found by preview and repaired by up", async () => {
    const host = fleet.host(0);
    await host.run(`sed -i 's/^ClientAliveInterval 300/ClientAliveInterval 3000/' ${DROP_IN}`);
    const output = await fleet.preview();
    assert.match(output, /web-1: would change/);
    assert.match(output, /-ClientAliveInterval 3000\n +\+ClientAliveInterval 300\n/);
    assert.match(output, /recap: ok=2 changed=1/);
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.deepEqual(await effectiveOn(host), WANTED);
  });

  it("a drop-in of others does not shadow ours, and a line that does is found", async () => {
    const host = fleet.host(0);
    await host.write("/etc/ssh/sshd_config.d/50-cloud-init.conf", "ClientAliveInterval 10\n");
    await fleet.preview("--expect-no-changes");
    await host.run("sed -i '1i ClientAliveInterval 10' /etc/ssh/sshd_config");
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.deepEqual(await effectiveOn(host), WANTED);
    await host.run(
      "rm /etc/ssh/sshd_config.d/50-cloud-init.conf; sed -i '/^ClientAliveInterval 10$/d' /etc/ssh/sshd_config",
    );
  });

  it("a host put back to its first content is found and brought back", async () => {
    const host = fleet.host(2);
    await host.reset();
    assert.match(await fleet.preview(), /web-3: would change/);
    await fleet.up();
    assert.deepEqual(await effectiveOn(host), WANTED);
  });

  it("a changed setting updates in place", async () => {
    fleet.stack.configure(fleet.settings({ server: { ...SERVER, clientAliveInterval: 120 } }));
    const output = await fleet.up();
    assert.match(output, /~ 3 updated/);
    assert.doesNotMatch(output, /replaced|created/);
    for (const host of fleet.hosts)
      assert.deepEqual(await effectiveOn(host), { ...WANTED, clientaliveinterval: 120 }, host.name);
  });

  it("a role that is gone from the settings is undone", async () => {
    fleet.stack.configure(fleet.settings({ client: { ...CLIENT, enabled: false } }));
    await fleet.up();
    const { serveraliveinterval, clientaliveinterval } = await effectiveOn(fleet.host(0));
    assert.deepEqual([serveraliveinterval, clientaliveinterval], [0, 300]);
    await fleet.up("--expect-no-changes");
    fleet.stack.configure(fleet.settings());
    await fleet.up();
    assert.deepEqual(await effectiveOn(fleet.host(0)), WANTED);
  });

  it("a host that leaves the settings gets every byte back", async () => {
    fleet.stack.configure(fleet.settings({ hosts: (fleet.settings().hosts as object[]).slice(0, 2) }));
    assert.match(await fleet.up(), /- 1 deleted/);
    assert.equal(await etcOf(fleet.host(2)), pristine[2]);
    fleet.stack.configure(fleet.settings());
    await fleet.up();
  });

  it("destroy gives every byte back, and keeps what others wrote meanwhile", async () => {
    await fleet.destroy();
    assert.equal(await etcOf(fleet.host(0)), pristine[0]);
    assert.equal(await etcOf(fleet.host(2)), pristine[2]);
    const edited = await fleet
      .host(1)
      .run("tail -n 1 /etc/ssh/sshd_config; tail -n 2 /etc/ssh/ssh_config; grep -c ssh-keepalive /etc/ssh/*_config");
    assert.match(edited.stdout, /^MaxAuthTries 4\nHost build.example\n {4}User ci\n/);
    assert.match(edited.stdout, /ssh_config:0\n.*sshd_config:0\n$/);
    const left = await fleet
      .host(0)
      .run("ls -a /var/lib/ssh-keepalive /etc/ssh | grep keepalive; ls /tmp | grep '^tmp\\.'");
    assert.equal(left.stdout, "");
  });
});

async function append(host: Host, path: string, lines: string): Promise<void> {
  await host.write(path, Buffer.concat([await host.read(path), Buffer.from(lines)]));
}
