import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../../examples/start/stack";
import { createHosts, describeHosts, type Host } from "../hosts";
import { PackageUser } from "../support/builtPackage";
import { effectiveOn, etcOf, WANTED } from "./fleet";

const EXAMPLES = join(__dirname, "..", "..", "examples");
const UNTOUCHED = {
  clientaliveinterval: 0,
  clientalivecountmax: 3,
  serveraliveinterval: 0,
  serveralivecountmax: 3,
};
const ENGINE = { pulumi: process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi", env: {} };

describeHosts("the examples, as programs that install the package", function () {
  this.timeout(180_000);
  let user: PackageUser;
  let hosts: Host[];
  let pristine: string[];

  before(async () => {
    user = new PackageUser();
    hosts = await createHosts({ name: "bastion" }, { name: "web-1" }, { name: "db-1" });
    pristine = await Promise.all(hosts.map(etcOf));
  });
  after(async () => {
    await Promise.all((hosts ?? []).map((host) => host.destroy()));
    user?.remove();
  });

  const [bastion, web, db] = [0, 1, 2].map((index) => () => hosts[index] as Host) as [
    () => Host,
    () => Host,
    () => Host,
  ];

  /** A stack of an example as a user has it: the folder copied, what it declares installed, its settings configured. */
  async function stackOf(example: string, settings: Record<string, unknown>, engine = ENGINE): Promise<Stack> {
    const folder = join(user.folder, example);
    cpSync(join(EXAMPLES, example), folder, { recursive: true });
    user.install(folder, "dependencies", "devDependencies");
    return stackIn(folder, settings, engine);
  }

  async function stackIn(folder: string, settings: Record<string, unknown>, engine = ENGINE): Promise<Stack> {
    const name = /^name: (.*)$/m.exec(readFileSync(join(folder, "Pulumi.yaml"), "utf8"))?.[1] as string;
    const own = join(folder, "stack");
    mkdirSync(own);
    const project = { name, folder, state: join(user.folder, "state") };
    const stack = new Stack(engine, "e2e", own, () => {}, undefined, project);
    await stack.create(settings, web().privateKey);
    return stack;
  }

  const up = (stack: Stack, ...options: string[]) => stack.expect(["up", "--yes", "--skip-preview", ...options]);
  /** Every example ends so: every host has its own settings back. */
  async function destroy(stack: Stack): Promise<void> {
    await stack.expect(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual(await Promise.all(hosts.map(etcOf)), pristine);
  }

  /** Where each login so far came from. */
  async function loginsTo(host: Host): Promise<string[]> {
    const { stdout } = await host.run("journalctl --sync; journalctl -q -o cat -t sshd -t sshd-session");
    return [...stdout.matchAll(/^Accepted .* from (\S+) /gm)].map(([, address]) => address as string);
  }

  it("each has a test here", () => {
    const folders = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, "Pulumi.yaml")));
    const source = readFileSync(__filename, "utf8");
    assert.ok(folders.length > 0);
    assert.deepEqual(
      folders.filter((name) => !source.includes(`stackOf("${name}"`)),
      [],
    );
  });

  it("inline: one host gets the values, and a second up has nothing to do", async () => {
    const { address, hostKey } = web();
    const stack = await stackOf("inline", { address, hostKey });
    assert.match(await stack.expect(["preview"]), /recap: ok=0 changed=1/);
    await up(stack);
    assert.deepEqual(await effectiveOn(web()), WANTED);
    await up(stack, "--expect-no-changes");
    await destroy(stack);
  });

  it("mixed: a bastion, a host behind it, one with a role switched off, and the workstation itself", async () => {
    const workstation = new Workstation();
    const knownHosts = join(user.folder, "known_hosts");
    writeFileSync(knownHosts, hosts.map(({ address, hostKey }) => `${address} ${hostKey}\n`).join(""));
    const addresses = Object.fromEntries(hosts.map(({ name, address }) => [name, address]));
    const before = (await loginsTo(web())).length;
    try {
      const stack = await stackOf("mixed", { addresses, knownHosts }, { ...ENGINE, pulumi: workstation.pulumi });
      assert.match(await up(stack), /recap: ok=0 changed=4/);
      assert.deepEqual(await effectiveOn(bastion()), WANTED);
      assert.deepEqual(await effectiveOn(web()), { ...WANTED, clientaliveinterval: 60 });
      const { clientaliveinterval, clientalivecountmax } = WANTED;
      assert.deepEqual(await effectiveOn(db()), { ...UNTOUCHED, clientaliveinterval, clientalivecountmax });
      assert.match(workstation.read("ssh_config"), /\n {4}ServerAliveInterval 300\n/);
      assert.equal(workstation.read("sshd_config"), Workstation.SSHD_CONFIG);
      const since = (await loginsTo(web())).slice(before);
      assert.deepEqual([...new Set(since)], [bastion().address]);
      await up(stack, "--expect-no-changes");
      await destroy(stack);
      assert.equal(workstation.read("ssh_config"), Workstation.SSH_CONFIG);
    } finally {
      workstation.remove();
    }
  });

  it("reuse: the machines of another stack's output, and of those only the named ones", async () => {
    const folder = join(user.folder, "machines");
    mkdirSync(folder);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: machines\nruntime: nodejs\n");
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(
      join(folder, "index.ts"),
      'import * as pulumi from "@pulumi/pulumi";\nexport const machines = new pulumi.Config().requireObject("machines");\n',
    );
    const machines = Object.fromEntries(hosts.map(({ name, address, hostKey }) => [name, { address, hostKey }]));
    await up(await stackIn(folder, { machines }));
    const before = await db().acceptedLogins();
    const stack = await stackOf("reuse", { machinesStack: "organization/machines/e2e", names: ["bastion", "web-1"] });
    assert.match(await stack.expect(["preview"]), /recap: ok=0 changed=2/);
    await up(stack);
    for (const host of [bastion(), web()]) assert.equal((await effectiveOn(host)).clientaliveinterval, 300, host.name);
    assert.equal(await db().acceptedLogins(), before);
    await destroy(stack);
  });

  it("created: the login waits for the host and for its firewall rule, also when both are taken down", async () => {
    const { address, hostKey } = web();
    const closed = `unreachable ${address}/32`;
    const before = await web().acceptedLogins();
    const stack = await stackOf("created", {
      createServer: `ip route add ${closed} && echo '${JSON.stringify({ address, hostKey })}'`,
      deleteServer: `ip route del ${closed}`,
      allowSsh: `ip route del ${closed}`,
      denySsh: `ip route add ${closed}`,
    });
    assert.match(await stack.expect(["preview"]), /web-1: skipped: it is read in up/);
    assert.equal(await web().acceptedLogins(), before);
    assert.match(await up(stack), /recap: ok=0 changed=1/);
    assert.equal((await effectiveOn(web())).clientaliveinterval, 300);
    await up(stack, "--expect-no-changes");
    await destroy(stack);
  });
});

/** The machine that runs the program, to its programs: they see files of the test in the place of its own. */
class Workstation {
  static readonly SSH_CONFIG = "Host *\n    HashKnownHosts yes\n";
  static readonly SSHD_CONFIG = "PermitRootLogin no\n";
  private readonly folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-workstation-"));
  /** The engine, started so that it and all that it starts see those files. */
  readonly pulumi = join(this.folder, "pulumi");

  constructor() {
    for (const name of ["etc-ssh", "var-lib"]) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, "etc-ssh", "ssh_config"), Workstation.SSH_CONFIG);
    writeFileSync(join(this.folder, "etc-ssh", "sshd_config"), Workstation.SSHD_CONFIG);
    const key = join(this.folder, "etc-ssh", "ssh_host_ed25519_key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const mounts = `mount --bind ${this.folder}/etc-ssh /etc/ssh && mount --bind ${this.folder}/var-lib /var/lib`;
    const script = `#!/bin/sh\nexec unshare --mount sh -c '${mounts} && exec "$@"' sh ${ENGINE.pulumi} "$@"\n`;
    writeFileSync(this.pulumi, script, { mode: 0o755 });
  }

  read(file: string): string {
    return readFileSync(join(this.folder, "etc-ssh", file), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
