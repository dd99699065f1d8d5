import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { BecomeMethod, type ResolvedFleet, type ResolvedHost } from "../../../components/settings";
import { commandConnection, type RemoteTarget, resolveTarget } from "../../../components/target";
import { Sshds } from "./sshds";

describe("a target", () => {
  let folder: string;
  let sshds: Sshds;
  let key: { privateKey: string; publicKey: string };
  let hostKey: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-target-"));
    sshds = new Sshds();
    key = sshds.newKey("key");
    hostKey = sshds.newKey("host").publicKey;
    writeFileSync(join(folder, "password"), "secret\n");
    writeFileSync(join(folder, "known_hosts"), `192.0.2.1 ${hostKey}\n`);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await sshds.stop();
  });

  async function resolve(host: Partial<ResolvedHost>, fleet: Partial<ResolvedFleet> = {}): Promise<RemoteTarget> {
    const target = await resolveTarget({ hosts: [], ...fleet }, { name: "web-1", hostKey, ...host });
    assert.equal(target.kind, "remote");
    return target as RemoteTarget;
  }

  it("has what the settings leave open: name as address, port 22, root, ten seconds", async () => {
    assert.deepEqual(await resolve({ password: "secret" }), {
      kind: "remote",
      name: "web-1",
      address: "web-1",
      port: 22,
      user: "root",
      password: "secret",
      hostKey,
      become: undefined,
      proxy: undefined,
      connectTimeout: 10,
    });
  });

  it("has a proxy with the host's user and login where that has none of its own", async () => {
    const { proxy } = await resolve({ user: "deploy", password: "secret", proxy: { address: "192.0.2.1", hostKey } });
    assert.deepEqual(proxy, { address: "192.0.2.1", port: 22, user: "deploy", password: "secret", hostKey });
  });

  it("has a proxy with a login of its own, and nothing of the host's then", async () => {
    const own = { address: "192.0.2.1", port: 2222, user: "jump", privateKeyFile: join(sshds.folder, "key"), hostKey };
    const { proxy, password } = await resolve({ password: "secret", proxy: own });
    const { privateKey } = key;
    assert.deepEqual(proxy, { address: "192.0.2.1", port: 2222, user: "jump", privateKey, hostKey });
    assert.equal(password, "secret");
  });

  it("has a proxy with its own key from known_hosts", async () => {
    const knownHosts = join(folder, "known_hosts");
    const { proxy } = await resolve({ password: "secret", proxy: { address: "192.0.2.1" } }, { knownHosts });
    assert.equal(proxy?.hostKey, hostKey);
    await assert.rejects(
      resolve({ password: "secret", proxy: { address: "192.0.2.2" } }, { knownHosts }),
      /no key of 192\.0\.2\.2 in .*known_hosts/,
    );
  });

  it("that is local is the current user's, and logs in nowhere", async () => {
    const target = await resolveTarget({ hosts: [] }, { name: "here", local: true });
    assert.deepEqual(target, { kind: "local", name: "here", user: userInfo().username, become: undefined });
  });

  it("has the password for sudo from a file", async () => {
    const become = { method: BecomeMethod.Sudo, passwordFile: join(folder, "password") };
    const target = await resolve({ password: "x", become });
    assert.deepEqual(target.become, { method: BecomeMethod.Sudo, password: "secret" });
    await assert.rejects(
      resolve({ password: "x", become: { ...become, passwordFile: "/nowhere" } }),
      /^Error: its become\.passwordFile \/nowhere does not exist/,
    );
  });

  it("is to the command plugin the same, with contents and never names of files", async () => {
    const target = await resolve({
      address: "192.0.2.2",
      port: 2200,
      user: "deploy",
      privateKeyFile: join(sshds.folder, "key"),
      proxy: { address: "192.0.2.1", user: "jump", password: "secret", hostKey },
    });
    const bounds = { dialErrorLimit: 2, perDialTimeout: 10 };
    const none = {
      privateKey: undefined,
      privateKeyPassword: undefined,
      password: undefined,
      agentSocketPath: undefined,
    };
    assert.deepEqual(commandConnection(target), {
      ...{ ...none, host: "192.0.2.2", port: 2200, user: "deploy", privateKey: key.privateKey, hostKey, ...bounds },
      proxy: { ...none, host: "192.0.2.1", port: 22, user: "jump", password: "secret", hostKey, ...bounds },
    });
  });
});
