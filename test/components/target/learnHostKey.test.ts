import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Server } from "ssh2";
import { resolveTarget, runAsRoot, type Target, TargetError, UnreachableError } from "../../../components/target";
import { freePort, type Machine } from "../../../examples/start/machine";
import { parsedKey, Sshds } from "./sshds";

describe("trust on first use", () => {
  let sshds: Sshds;
  let host: Machine;
  let bastion: Machine;
  let knownHosts: string;
  let restorePath: () => void;

  before(async () => {
    sshds = new Sshds();
    [host, bastion] = await Promise.all([sshds.start("host"), sshds.start("bastion")]);
    knownHosts = join(sshds.folder, "home", ".ssh", "known_hosts");
  });
  after(() => sshds?.stop());
  beforeEach(() => {
    restorePath = sshds.withSshConfig("HashKnownHosts no\n");
    mkdirSync(join(sshds.folder, "home"));
  });
  afterEach(() => {
    restorePath();
    rmSync(join(sshds.folder, "home"), { recursive: true, force: true });
  });

  const at = ({ port }: Pick<Machine, "port">, address = "127.0.0.1") => ({ address, port });
  const resolve = (where: object, over: object = {}, fleet: object = {}): Promise<Target> => {
    const { user, privateKey } = sshds.endpoint(host);
    const settings = { name: "web-1", user, privateKey, ...where, ...over };
    return resolveTarget({ hosts: [], knownHosts, trustOnFirstUse: true, connectTimeout: 5, ...fleet }, settings);
  };
  const lines = () => readFileSync(knownHosts, "utf8");

  it("takes an unknown host's key, and writes it down as ssh does in a file and a folder of the user's own", async () => {
    const target = await resolve(at(host));
    assert.equal(target.kind === "remote" && target.hostKey, host.hostKey);
    assert.equal(lines(), `[127.0.0.1]:${host.port} ${host.hostKey}\n`);
    assert.equal(statSync(knownHosts).mode & 0o777, 0o600);
    assert.equal(statSync(join(knownHosts, "..")).mode & 0o777, 0o700);
    assert.equal((await runAsRoot(target, "echo in\n")).toString(), "in\n");
  });

  it("is nothing to a host that is known: no line is added", async () => {
    await resolve(at(host));
    const before = lines();
    await resolve(at(host));
    assert.equal(lines(), before);
  });

  it("hides the host's name where the user's ssh does, and ssh itself then knows the host", async () => {
    restorePath();
    restorePath = sshds.withSshConfig("HashKnownHosts yes\n");
    await resolve(at(host, "LocalHost"));
    assert.match(lines(), /^\|1\|[A-Za-z0-9+/]{27}=\|[A-Za-z0-9+/]{27}= ssh-ed25519 \S+\n$/);
    const key = join(sshds.folder, "login");
    const options = [`UserKnownHostsFile=${knownHosts}`, "StrictHostKeyChecking=yes", "BatchMode=yes"];
    const args = ["-i", key, "-p", `${host.port}`, ...options.flatMap((o) => ["-o", o]), "LocalHost", "echo", "in"];
    assert.equal(execFileSync("ssh", args, { encoding: "utf8" }), "in\n");
    await resolve(at(host, "LOCALHOST"));
    assert.equal(lines().split("\n").length, 2);
  });

  it("starts a line of its own after a last line that is not ended", async () => {
    await resolve(at(bastion));
    writeFileSync(knownHosts, lines().trimEnd());
    await resolve(at(host));
    assert.equal(lines(), `[127.0.0.1]:${bastion.port} ${bastion.hostKey}\n[127.0.0.1]:${host.port} ${host.hostKey}\n`);
  });

  it("adds one whole line for each of many hosts at once, however many ask for the same one", async () => {
    const wanted = [at(host), at(bastion), at(host, "localhost"), at(bastion, "localhost")];
    await Promise.all([...wanted, ...wanted, ...wanted].map((where) => resolve(where)));
    const expected = [host, bastion].flatMap(({ port, hostKey }) =>
      ["127.0.0.1", "localhost"].map((name) => `[${name}]:${port} ${hostKey}`),
    );
    assert.deepEqual(lines().trimEnd().split("\n").sort(), expected.sort());
  });

  it("works through a proxy that nobody knows yet either: it is asked once for all hosts behind it", async () => {
    const proxy = at(bastion);
    const targets = await Promise.all([0, 1, 2].map(() => resolve(at(host), { proxy })));
    assert.deepEqual(lines().trimEnd().split("\n"), [
      `[127.0.0.1]:${bastion.port} ${bastion.hostKey}`,
      `[127.0.0.1]:${host.port} ${host.hostKey}`,
    ]);
    assert.equal((await runAsRoot(targets[0] as Target, "echo in\n")).toString(), "in\n");
  });

  it("logs in to no host that it asks for a key", async () => {
    const before = sshds.logins(host);
    await resolve(at(host));
    assert.equal(sshds.logins(host), before);
  });

  it("is not for a host whose key is known and has changed: it is refused, and the file stays", async () => {
    const { publicKey } = sshds.newKey("changed");
    await resolve(at(bastion));
    appendFileSync(knownHosts, `[127.0.0.1]:${host.port} ${publicKey}\n`);
    const before = lines();
    const target = await resolve(at(host));
    await assert.rejects(runAsRoot(target, "exit 0\n"), /has another host key than the expected ssh-ed25519/);
    assert.equal(lines(), before);
  });

  for (const [what, entry, says] of [
    ["known by RSA only", (key: string) => `* ${key}`, /only an RSA key .*ssh-keyscan -t ed25519/],
    [
      "known by a certificate authority only",
      (key: string) => `@cert-authority * ${key}`,
      /only @cert-authority entries/,
    ],
    ["revoked", (key: string) => `@revoked * ${key}`, /marked @revoked/],
  ] as const)
    it(`is not for a host that is ${what}: nothing is dialled`, async () => {
      await resolve(at(bastion));
      const { publicKey } = sshds.newKey(`rsa-${what}`, what === "known by RSA only" ? "rsa" : "ed25519");
      appendFileSync(knownHosts, `${entry(publicKey)}\n`);
      const nobody = { address: "127.0.0.1", port: await freePort() };
      await assert.rejects(resolve(nobody), (error) => error instanceof TargetError && says.test(error.message));
    });

  it("is off unless asked for", async () => {
    await assert.rejects(resolve(at(host), {}, { trustOnFirstUse: false }), /no key of \[127\.0\.0\.1\]:\d+ in /);
    assert.ok(!existsSync(knownHosts));
  });

  it("of a host that does not answer is that, within its connectTimeout", async () => {
    const silent = await sshds.startSilent();
    const started = performance.now();
    for (const port of [await freePort(), silent])
      await assert.rejects(resolve({ address: "127.0.0.1", port }, {}, { connectTimeout: 1 }), UnreachableError);
    assert.ok(performance.now() - started < 4000, `${performance.now() - started} ms`);
    assert.ok(!existsSync(knownHosts));
  });

  it("takes no key that the host can't prove to have", async () => {
    const [own, shown] = [sshds.newKey("own"), sshds.newKey("shown")].map(({ privateKey }) => parsedKey(privateKey));
    assert.ok(own && shown);
    const liar = Object.assign(own, { getPublicSSH: () => shown.getPublicSSH() });
    const server = new Server({ hostKeys: [{ key: liar as never, passphrase: "" }] }, (client) => {
      client.on("error", () => {}); // the other end hangs up
    });
    const port = await sshds.listen(server);
    await assert.rejects(
      resolve({ address: "127.0.0.1", port }),
      (error) =>
        error instanceof TargetError &&
        /does not show a key that can be trusted: .*signature.*; set its hostKey/.test(error.message),
    );
    assert.ok(!existsSync(knownHosts));
  });

  it("takes no RSA key, and says how the host gets another", async () => {
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      "rsa",
      "-b",
      "2048",
      "-m",
      "PEM",
      "-N",
      "",
      "-f",
      join(sshds.folder, "rsa"),
    ]);
    const port = await sshds.startLenient(readFileSync(join(sshds.folder, "rsa"), "utf8"));
    await assert.rejects(
      resolve({ address: "127.0.0.1", port }),
      (error) =>
        error instanceof TargetError && /has no ed25519 or ecdsa host key; .*ssh-keygen -A/.test(error.message),
    );
  });

  it("takes an ecdsa key where there is no other", async () => {
    const { privateKey, publicKey } = sshds.newKey("ecdsa", "ecdsa");
    const port = await sshds.startLenient(privateKey);
    await resolve({ address: "127.0.0.1", port });
    assert.equal(lines(), `[127.0.0.1]:${port} ${publicKey}\n`);
  });

  it("says where it can't write the key down", async () => {
    await assert.rejects(
      resolve(at(host), {}, { knownHosts: "/proc/none/known_hosts" }),
      (error) =>
        error instanceof TargetError &&
        /^the key of \[127\S+ can't be added to \/proc\/none\/known_hosts: .*; mend that or set its/.test(
          error.message,
        ),
    );
  });
});
