import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { TargetError } from "../../../components/target";
import { fromHome, readPassword, resolveLogin } from "../../../components/target/login";

const PASSPHRASE = "Gr8 phräse";

describe("a login", () => {
  let folder: string;
  const agent = process.env.SSH_AUTH_SOCK;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-login-"));
    keygen("plain", "-t", "ed25519", "-N", "");
    keygen("encrypted", "-t", "ed25519", "-N", PASSPHRASE);
    keygen("pem", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", PASSPHRASE);
    keygen("pkcs8", "-t", "ecdsa", "-m", "PKCS8", "-N", "");
    write("ppk", "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n");
    write("empty", "");
    write("text", "hello\n");
    write("password", "pass word \r\nsecond line\n");
    write("no-password", "\nsecond line\n");
    mkdirSync(at("folder"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => delete process.env.SSH_AUTH_SOCK);
  afterEach(() => {
    if (agent === undefined) delete process.env.SSH_AUTH_SOCK;
    else process.env.SSH_AUTH_SOCK = agent;
  });

  const at = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(at(name), "utf8");
  const write = (name: string, content: string) => writeFileSync(at(name), content);
  const keygen = (name: string, ...options: string[]) =>
    execFileSync("ssh-keygen", ["-q", "-C", "", "-f", at(name), ...options]);

  it("by a key is the same by its content and by its file", async () => {
    const login = { privateKey: read("plain") };
    assert.deepEqual(await resolveLogin(login), login);
    assert.deepEqual(await resolveLogin({ privateKeyFile: at("plain") }), login);
  });

  for (const name of ["encrypted", "pem"])
    it(`by a key that is ${name} keeps its passphrase`, async () => {
      const login = await resolveLogin({ privateKeyFile: at(name), privateKeyPassword: PASSPHRASE });
      assert.deepEqual(login, { privateKey: read(name), privateKeyPassword: PASSPHRASE });
    });

  it("by a key that needs no passphrase leaves out the one given, which the command plugin would refuse", async () => {
    const login = await resolveLogin({ privateKeyFile: at("plain"), privateKeyPassword: "any" });
    assert.deepEqual(login, { privateKey: read("plain") });
  });

  it("by a password takes the first line of its file, blanks and all", async () => {
    assert.deepEqual(await resolveLogin({ password: "secret" }), { password: "secret" });
    assert.deepEqual(await resolveLogin({ passwordFile: at("password") }), { password: "pass word " });
  });

  it("by an agent names its socket only where the settings do", async () => {
    process.env.SSH_AUTH_SOCK = "/run/of-this-login";
    assert.deepEqual(await resolveLogin({}), {});
    assert.deepEqual(await resolveLogin({ agentSocketPath: "/run/agent" }), { agentSocketPath: "/run/agent" });
  });

  it("takes ~/ for the home directory", () => {
    assert.equal(fromHome("~/.ssh/id"), join(homedir(), ".ssh/id"));
    assert.equal(fromHome("/x/~/id"), "/x/~/id");
  });

  const refused: [title: string, login: () => Parameters<typeof resolveLogin>[0], says: RegExp][] = [
    [
      "nothing to log in with",
      () => ({}),
      /^there is no way to log in: give it a privateKey, .* or start an SSH agent/,
    ],
    [
      "a key file that is not there",
      () => ({ privateKeyFile: at("none") }),
      /^its privateKeyFile .*none does not exist on this machine; give the path/,
    ],
    [
      "a key file that is a folder",
      () => ({ privateKeyFile: at("folder") }),
      /^its privateKeyFile .*folder can't be read \(EISDIR\); give a file that /,
    ],
    [
      "a password file that is not there",
      () => ({ passwordFile: at("none") }),
      /^its passwordFile .*none does not exist on this machine; give the path/,
    ],
    [
      "a password file without a password",
      () => ({ passwordFile: at("no-password") }),
      /^its passwordFile .*no-password has no password on its first line; write it there/,
    ],
    [
      "a key file that is empty",
      () => ({ privateKeyFile: at("empty") }),
      /empty is not a private key that can be used/,
    ],
    [
      "a key that is something else",
      () => ({ privateKey: "hello" }),
      /^its privateKey is not a private key .*ssh-keygen/,
    ],
    [
      "a key of a form that is not read here",
      () => ({ privateKeyFile: at("pkcs8") }),
      /pkcs8 is not a private key that can be used .*"ssh-keygen -p -f KEY" turns others into it/,
    ],
    [
      "a public key",
      () => ({ privateKeyFile: at("plain.pub") }),
      /plain\.pub is a public key; give the private one, which is in the file without \.pub/,
    ],
    [
      "a PuTTY key",
      () => ({ privateKeyFile: at("ppk") }),
      /is a PuTTY key; convert it by "puttygen key\.ppk -O private-op/,
    ],
    [
      "an encrypted key without its passphrase",
      () => ({ privateKeyFile: at("encrypted") }),
      /encrypted is encrypted; give its passphrase in privateKeyPassword/,
    ],
    [
      "an encrypted PEM key without its passphrase",
      () => ({ privateKeyFile: at("pem") }),
      /pem is encrypted; give its passphrase in privateKeyPassword/,
    ],
    [
      "an encrypted key with a wrong passphrase",
      () => ({ privateKeyFile: at("encrypted"), privateKeyPassword: "wrong" }),
      /encrypted can't be decrypted with its privateKeyPassword; give the right passphrase/,
    ],
    [
      "an encrypted PEM key with a wrong passphrase",
      () => ({ privateKeyFile: at("pem"), privateKeyPassword: "wrong" }),
      /pem can't be decrypted with its privateKeyPassword/,
    ],
  ];
  for (const [title, login, says] of refused)
    it(`is refused before anything is dialled with ${title}`, async () => {
      await assert.rejects(resolveLogin(login()), (error: Error) => {
        assert.ok(error instanceof TargetError);
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /wrong pass|second line|BEGIN/);
        return true;
      });
    });

  it("of a proxy is refused as the proxy's", async () => {
    await assert.rejects(
      resolveLogin({ privateKeyFile: at("none") }, "its proxy's "),
      /^Error: its proxy's privateKeyFile/,
    );
    await assert.rejects(readPassword(at("none"), "its become.passwordFile"), /^Error: its become\.passwordFile/);
  });
});
