import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../../examples/start/stack";
import { describeHosts } from "../hosts";
import { runDir } from "../hosts/isolation";
import { SERVER } from "./fleet";

describeHosts("a host whose key or login can't be used is refused before anybody dials it:", function () {
  this.timeout(120_000);

  let folder: string;
  let server: Server;
  let connections = 0;
  let output: string;
  const at = (name: string) => join(folder, name);

  interface Refused {
    title: string;
    /** The host's line in known_hosts, after its name. */
    known?: (keys: Record<string, string>) => string;
    access?: () => object;
    says: RegExp;
  }

  const refused: Refused[] = [
    {
      title: "known by an RSA key only",
      known: ({ rsa }) => `NAME ${rsa}`,
      says: /has only an RSA key for \S+, which can't be checked here: .*ssh-keyscan -t ed25519 -p \d+ \S+ >>/,
    },
    {
      title: "known by a certificate authority only",
      known: ({ ed25519 }) => `@cert-authority NAME ${ed25519}`,
      says: /has only @cert-authority entries for \S+, which can't be checked here: .*set its hostKey/,
    },
    {
      title: "whose key is revoked",
      known: ({ ed25519, ecdsa }) => `NAME ${ed25519}\n@revoked NAME ${ecdsa}`,
      says: /a key of \S+ is marked @revoked in \S+: find out why before you remove that line/,
    },
    { title: "not known", says: /no key of \S+ in \S+: check its fingerprint on the host's own console/ },
    {
      title: "given an RSA key",
      access: () => ({ hostKey: readFileSync(at("rsa.pub"), "utf8").trim() }),
      says: /its hostKey is of type "ssh-rsa"; give an ssh-ed25519 or ecdsa key/,
    },
    {
      title: "behind a proxy that is not known",
      known: ({ ed25519 }) => `NAME ${ed25519}`,
      access: () => ({ proxy: { address: "127.1.0.99" } }),
      says: /no key of 127\.1\.0\.99 in /,
    },
    {
      title: "with a key that is encrypted, and no passphrase",
      known: ({ ed25519 }) => `NAME ${ed25519}`,
      access: () => ({ privateKeyFile: at("encrypted") }),
      says: /its privateKeyFile \S+ is encrypted; give its passphrase in privateKeyPassword/,
    },
    {
      title: "with a key that is encrypted, and another passphrase",
      known: ({ ed25519 }) => `NAME ${ed25519}`,
      access: () => ({ privateKeyFile: at("encrypted"), privateKeyPassword: "another" }),
      says: /its privateKeyFile \S+ can't be decrypted with its privateKeyPassword/,
    },
    {
      title: "with a key that is missing",
      known: ({ ed25519 }) => `NAME ${ed25519}`,
      access: () => ({ privateKeyFile: at("missing") }),
      says: /its privateKeyFile \S+missing does not exist on this machine/,
    },
    {
      title: "with a public key",
      known: ({ ed25519 }) => `NAME ${ed25519}`,
      access: () => ({ privateKeyFile: at("encrypted.pub") }),
      says: /its privateKeyFile \S+ is a public key; give the private one/,
    },
  ];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-refused-"));
    const keys: Record<string, string> = {};
    for (const [name, ...options] of [["ed25519"], ["ecdsa"], ["rsa"], ["encrypted", "-t", "ed25519"]] as string[][]) {
      const type = options.length > 0 ? options : ["-t", name as string];
      const passphrase = name === "encrypted" ? "right" : "";
      execFileSync("ssh-keygen", ["-q", ...type, "-N", passphrase, "-C", "", "-f", at(name as string)]);
      keys[name as string] = readFileSync(at(`${name}.pub`), "utf8").trim();
    }
    server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    const { port } = server.address() as { port: number };
    const names = refused.map((_, i) => `[127.1.0.${i + 1}]:${port}`);
    writeFileSync(
      at("known_hosts"),
      refused.map(({ known }, i) => (known ? `${known(keys).replaceAll("NAME", names[i] as string)}\n` : "")).join(""),
    );
    const hosts = refused.map(({ access }, i) => ({
      name: `bad-${i}`,
      address: `127.1.0.${i + 1}`,
      port,
      ...access?.(),
    }));
    const stack = new Stack(
      { pulumi: process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi", env: {} },
      "e2e",
      folder,
      () => {},
    );
    await stack.create(
      { hosts, server: SERVER, knownHosts: at("known_hosts") },
      readFileSync(join(runDir, "key"), "utf8"),
    );
    output = await stack.expect(["preview"]);
  });
  after(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [i, { title, says }] of refused.entries())
    it(title, () => {
      assert.match(output, new RegExp(`bad-${i} failed: .*${says.source}`));
    });

  it("no connection was made", () => {
    assert.match(output, new RegExp(`recap: ok=0 changed=0 skipped=0 unreachable=0 failed=${refused.length}`));
    assert.equal(connections, 0);
  });
});
