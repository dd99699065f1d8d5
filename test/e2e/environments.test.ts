import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../../examples/start/stack";
import { createHosts, describeHosts, type Host } from "../hosts";
import { effectiveOn, etcOf } from "./fleet";

const ROOT = join(__dirname, "..", "..");
const ENGINE = { pulumi: process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi", env: {} };
const DEV = ["dev-1", "dev-2"];
/** One more host would show nothing more. */
const PROD = ["bastion", "web-1", "web-2", "db-1"];
const CANARIES = ["web-1", "db-1"];

/** A stack from its file in the project, made as a user makes it. */
async function stackOf(name: string, folder: string, privateKey: string): Promise<Stack> {
  const file = `Pulumi.${name}.yaml`;
  // A salt is there if somebody has made this stack; it goes with their passphrase.
  writeFileSync(join(folder, file), readFileSync(join(ROOT, file), "utf8").replace(/^encryptionsalt: .*\n/m, ""));
  const stack = new Stack(ENGINE, name, folder, () => {});
  await stack.create({}, privateKey);
  return stack;
}

describeHosts("the environments' files as they are, where their hosts are not", () => {
  for (const name of ["dev", "staging", "prod"])
    it(`${name}'s preview warns of each host and succeeds`, async () => {
      const own = mkdtempSync(join(tmpdir(), "ssh-keepalive-environment-"));
      try {
        const output = await (await stackOf(name, own, "no key")).expect(["preview"]);
        const inventory = readFileSync(join(ROOT, "inventory", name), "utf8");
        const names = [...inventory.matchAll(/^Host ([^*\s]+)$/gm)].map(([, alias]) => alias as string);
        assert.ok(names.length > 1);
        for (const alias of names) assert.match(output, new RegExp(`[ ,]${alias}[:, ].*(unreachable|failed): `, "m"));
      } finally {
        rmSync(own, { recursive: true, force: true });
      }
    });
});

describeHosts("the environments: one program, a stack file each", function () {
  this.timeout(120_000);
  let folder: string;
  let hosts: Record<string, Host>;
  let dev: Stack;
  let prod: Stack;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-environments-"));
    const made = await createHosts(...[...DEV, ...PROD].map((name) => ({ name })));
    hosts = Object.fromEntries(made.map((host) => [host.name, host]));
    dev = await stackOf("dev", folder, host("dev-1").privateKey);
    prod = await stackOf("prod", folder, host("bastion").privateKey);
    for (const [stack, names] of [
      [dev, DEV],
      [prod, PROD],
    ] as const) {
      await set(stack, "inventory.sshConfig", inventoryOf(stack.name, names));
      await set(stack, "knownHosts", join(folder, `known_hosts.${stack.name}`));
    }
    await set(prod, "inventory.select[0]", "*");
    await set(prod, "inventory.select[1]", "!web-3");
    await set(prod, "inventory.select[2]", "!db-2");
    const known = PROD.map((name) => `${host(name).address} ${host(name).hostKey}\n`).join("");
    writeFileSync(join(folder, "known_hosts.prod"), known);
  });
  after(async () => {
    await Promise.all(Object.values(hosts ?? {}).map((host) => host.destroy()));
    rmSync(folder, { recursive: true, force: true });
  });

  const host = (name: string) => hosts[name] as Host;
  const set = (stack: Stack, key: string, value: string) => stack.expect(["config", "set", "--path", key, value]);
  const up = (stack: Stack) => stack.expect(["up", "--yes", "--skip-preview"]);
  const intervals = async (names: string[]) =>
    Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, (await effectiveOn(host(name))).clientaliveinterval])),
    );

  /** The project's inventory of that name, with the real hosts' addresses. */
  function inventoryOf(name: string, names: readonly string[]): string {
    const text = names.reduce(
      (text, alias) => {
        const section = new RegExp(`(^Host ${alias}\\n +HostName )\\S+(\\n +Port 2222)?`, "m");
        assert.match(text, section);
        return text.replace(section, `$1${host(alias).address}`);
      },
      readFileSync(join(ROOT, "inventory", name), "utf8"),
    );
    const file = join(folder, `inventory.${name}`);
    writeFileSync(file, text);
    return file;
  }

  it("dev's up is dev's alone: it trusts new keys and brings dev's intervals", async () => {
    const before = await Promise.all(PROD.map((name) => etcOf(host(name))));
    assert.match(await up(dev), /recap: ok=0 changed=2 skipped=0 unreachable=0 failed=0/);
    assert.deepEqual(await intervals(DEV), { "dev-1": 30, "dev-2": 30 });
    assert.deepEqual(await Promise.all(PROD.map((name) => etcOf(host(name)))), before);
    assert.deepEqual(await Promise.all(PROD.map((name) => host(name).acceptedLogins())), [0, 0, 0, 0]);
    const known = readFileSync(join(folder, "known_hosts.dev"), "utf8");
    assert.equal(known.trim().split("\n").length, 2);
  });

  it("prod's up is prod's alone: through the bastion, the canaries ahead of the others", async () => {
    const before = await Promise.all(DEV.map((name) => host(name).acceptedLogins()));
    assert.match(await up(prod), /recap: ok=0 changed=4 skipped=0 unreachable=0 failed=0/);
    assert.deepEqual(await intervals(PROD), { bastion: 300, "web-1": 240, "web-2": 300, "db-1": 240 });
    assert.deepEqual(await Promise.all(DEV.map((name) => host(name).acceptedLogins())), before);
    const { stdout } = await host("web-2").run("journalctl -t sshd -o cat | grep ^Accepted");
    for (const login of stdout.trim().split("\n"))
      assert.ok(login.includes(` for deploy from ${host("bastion").address} `), login);
  });

  it("the second step of prod's rollout changes the hosts that are no canaries, and no other", async () => {
    const before = await Promise.all(CANARIES.map((name) => etcOf(host(name))));
    await set(prod, "server.clientAliveInterval", "240");
    assert.match(await up(prod), /recap: ok=2 changed=2/);
    assert.deepEqual(await intervals(PROD), { bastion: 240, "web-1": 240, "web-2": 240, "db-1": 240 });
    assert.deepEqual(await Promise.all(CANARIES.map((name) => etcOf(host(name)))), before);
  });

  it("what is destroyed in dev stays in prod", async () => {
    await dev.expect(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual(await intervals(DEV), { "dev-1": 0, "dev-2": 0 });
    assert.match(await prod.expect(["preview", "--expect-no-changes"]), /recap: ok=4 changed=0/);
  });
});
