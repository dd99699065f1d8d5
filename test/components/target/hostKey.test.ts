import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lookUpHostKey, parseHostKey } from "../../../components/target/hostKey";

describe("host keys", () => {
  let folder: string;
  const keys: Record<string, string> = {};

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-keys-"));
    for (const [name, ...options] of [["ed25519"], ["ecdsa"], ["rsa", "-b", "2048"]] as [string, ...string[]][]) {
      execFileSync("ssh-keygen", ["-q", "-t", name, ...options, "-N", "", "-C", "", "-f", join(folder, name)]);
      keys[name] = readFileSync(join(folder, `${name}.pub`), "utf8").trim();
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function knownHosts(...lines: string[]): string {
    const file = join(folder, "known_hosts");
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    return file;
  }

  it("are taken from a *.pub line with its comment left out", () => {
    assert.equal(parseHostKey(`${keys.ed25519} root@web-1\n`), keys.ed25519);
  });

  it("are refused when cut short", () => {
    assert.throws(() => parseHostKey("ssh-ed25519 AAAAC3Nz"), /not a complete ssh-ed25519 key; copy the whole line/);
  });

  it("are refused when of type RSA, with the fix", () => {
    assert.throws(() => parseHostKey(keys.rsa as string), /of type "ssh-rsa"; give an ssh-ed25519 or ecdsa key/);
  });

  it("are found in known_hosts, ed25519 first", async () => {
    const file = knownHosts(`web-1 ${keys.rsa}`, `web-1 ${keys.ecdsa}`, `web-1 ${keys.ed25519}`);
    assert.equal(await lookUpHostKey("web-1", 22, file), keys.ed25519);
  });

  it("are found under [host]:port and under hashed names", async () => {
    const file = knownHosts(`[web-1]:2222 ${keys.ecdsa}`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    assert.doesNotMatch(readFileSync(file, "utf8"), /web-1/);
    assert.equal(await lookUpHostKey("web-1", 2222, file), keys.ecdsa);
    await assert.rejects(lookUpHostKey("web-1", 22, file), /no key of web-1 in/);
  });

  it("that are not known are refused, saying how to get one", async () => {
    await assert.rejects(
      lookUpHostKey("web-1", 2222, join(folder, "missing")),
      /no key of \[web-1\]:2222 in .*missing: check its fingerprint .*ssh-keyscan -t ed25519 -p 2222 web-1/,
    );
  });

  it("are not taken for unknown where known_hosts can't be read", async () => {
    const inside = join(knownHosts(`web-1 ${keys.ed25519}`), "inside");
    await assert.rejects(
      lookUpHostKey("web-1", 22, inside),
      /inside can't be read: ENOTDIR.*; mend that or set hostKey/,
    );
  });

  it("that are revoked are refused, whatever else is known", async () => {
    const file = knownHosts(`web-1 ${keys.ed25519}`);
    appendFileSync(file, `@revoked web-1 ${keys.ecdsa}\n`);
    await assert.rejects(lookUpHostKey("web-1", 22, file), /marked @revoked/);
  });

  it("that are known as RSA or by a certificate authority only are refused before dialling, with the fix", async () => {
    await assert.rejects(
      lookUpHostKey("web-1", 22, knownHosts(`web-1 ${keys.rsa}`)),
      /only an RSA key .*ssh-keyscan -t ed25519/,
    );
    await assert.rejects(
      lookUpHostKey("web-1", 22, knownHosts(`@cert-authority * ${keys.ed25519}`)),
      /only @cert-authority entries .*set its hostKey/,
    );
  });
});
