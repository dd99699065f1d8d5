import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeHosts } from "../hosts";
import { effectiveOn, etcOf, Fleet, WANTED } from "./fleet";

describeHosts("hosts from an OpenSSH config, their keys trusted on first use", function () {
  this.timeout(120_000);

  let folder: string;
  let fleet: Fleet;
  let pristine: string[];
  const at = (name: string) => join(folder, name);
  const entries = () => readFileSync(at("ssh/known_hosts"), "utf8").trimEnd().split("\n");

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-inventory-"));
    fleet = await Fleet.create(3);
    await fleet.host(1).run("ip route add blackhole 10.99.0.1/32");
    await fleet.host(2).run("echo Port 2222 >/etc/ssh/sshd_config.d/port.conf; systemctl reload ssh");
    pristine = await Promise.all(fleet.hosts.map(etcOf));
    mkdirSync(at("keys"));
    writeFileSync(at("keys/fleet"), fleet.host(0).privateKey, { mode: 0o600 });
    const [bastion, behind, beside] = fleet.hosts.map(({ address }) => address);
    writeFileSync(
      at("config"),
      `# The fleet
Host bastion
    HostName ${bastion}
    ProxyJump none
Host behind
    HostName ${behind}
Host beside*
    Port=2222
Host beside
    HostName "${beside}"
    Port 22
    ProxyJump none
Host elsewhere
    HostName 192.0.2.1
Host *
    User root
    ProxyJump bastion
    IdentityFile ${at("keys")}/fleet
`,
    );
  });
  after(async () => {
    await fleet?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function configure(over: object = {}): void {
    const inventory = { sshConfig: at("config"), select: ["b*"] };
    const trust = { inventory, knownHosts: at("ssh/known_hosts"), trustOnFirstUse: true, ...over };
    const { hosts: _, ...settings } = fleet.settings(trust);
    fleet.stack.configure(settings);
  }

  it("are refused where nobody asked for such trust, each with how to get its key", async () => {
    configure({ trustOnFirstUse: false });
    const output = await fleet.preview();
    const known = at("ssh/known_hosts");
    for (const name of [fleet.host(0).address, `[${fleet.host(2).address}]:2222`])
      assert.ok(output.includes(`no key of ${name} in ${known}`), output);
    assert.match(output, /recap: ok=0 changed=0 skipped=0 unreachable=0 failed=3/);
  });

  it("are configured, with one entry each in a known_hosts file that only its user may read", async () => {
    configure();
    assert.match(await fleet.up(), /recap: ok=0 changed=3/);
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED, host.name);
    assert.equal(entries().length, 3);
    assert.equal(statSync(at("ssh/known_hosts")).mode & 0o777, 0o600);
    assert.equal(statSync(at("ssh")).mode & 0o777, 0o700);
  });

  it("are known from now on to ssh-keygen and to a strict ssh", () => {
    const known = at("ssh/known_hosts");
    for (const name of [fleet.host(0).address, fleet.host(1).address, `[${fleet.host(2).address}]:2222`])
      assert.match(execFileSync("ssh-keygen", ["-F", name, "-f", known], { encoding: "utf8" }), / ssh-ed25519 AAAA/);
    const strict = ["-o", "StrictHostKeyChecking=yes", "-o", `UserKnownHostsFile=${known}`, "-o", "BatchMode=yes"];
    const said = execFileSync("ssh", ["-F", at("config"), ...strict, "beside", "echo in"], { encoding: "utf8" });
    assert.equal(said, "in\n");
  });

  it("are settled then, and nothing is added to known_hosts", async () => {
    const before = entries();
    assert.match(await fleet.up("--expect-no-changes"), /recap: ok=3 changed=0/);
    assert.deepEqual(entries(), before);
  });

  it("are refused once their key is another, and nobody logs in there", async () => {
    const host = fleet.host(2);
    const key = "/etc/ssh/ssh_host_ed25519_key";
    await host.run(`cp ${key} ${key}.was; rm ${key}; ssh-keygen -q -t ed25519 -N '' -f ${key}; systemctl reload ssh`);
    const [before, logins] = [entries(), await host.acceptedLogins()];
    assert.match(await fleet.preview(), /beside failed: \S+:2222 has another host key than the expected ssh-ed25519 /);
    assert.deepEqual(entries(), before);
    assert.equal(await host.acceptedLogins(), logins);
    await host.run(`mv ${key}.was ${key}; ssh-keygen -y -f ${key} >${key}.pub; systemctl reload ssh`);
  });

  it("get every byte back by destroy", async () => {
    await fleet.destroy();
    assert.deepEqual(await Promise.all([fleet.host(0), fleet.host(1)].map(etcOf)), pristine.slice(0, 2));
  });
});
