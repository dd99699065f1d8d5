import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type HostArgs, SettingsError } from "../../../components/settings";
import { readInventory } from "../../../components/target";
import { CONFIGS, REFUSED } from "./clientConfigs";

describe("an inventory", () => {
  let folder: string;
  let sshConfig: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-inventory-"));
    sshConfig = join(folder, "config");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function hosts(config: string, select?: string[]): HostArgs[] {
    writeFileSync(sshConfig, config);
    return readInventory({ sshConfig, select });
  }

  function mistakes(config: string, select?: string[]): string[] {
    try {
      hosts(config, select);
    } catch (error) {
      assert.ok(error instanceof SettingsError, String(error));
      return error.mistakes.map((mistake) => mistake.replaceAll(sshConfig, "config"));
    }
    return [];
  }

  describe("is what ssh itself makes of the file, with", () => {
    /** What `ssh -G` says of a host, in the form in which an inventory has it. */
    function asSsh(alias: string, ...options: string[]) {
      const output = execFileSync("ssh", ["-G", "-F", sshConfig, ...options, alias], {
        encoding: "utf8",
        stdio: "pipe",
      });
      const value = (keyword: string) => new RegExp(`^${keyword} (.*)$`, "m").exec(output)?.[1];
      return {
        address: value("hostname"),
        user: value("user") === userInfo().username ? "root" : value("user"), // who runs ssh, where nobody is named
        port: Number(value("port")),
        key: /^identityfile (?!none$|~\/)(.*)$/m.exec(output)?.[1] ?? "", // ~ is for the defaults
        jump: value("proxyjump"),
      };
    }

    const inForm = ({ address, user, port, privateKeyFile }: Omit<HostArgs, "name">) => ({
      address: String(address).toLowerCase(),
      user: user ?? "root",
      port: port ?? 22,
      key: privateKeyFile ?? "",
    });

    for (const [title, config] of CONFIGS)
      it(title, () => {
        for (const host of hosts(config)) {
          const { jump, ...own } = asSsh(host.name);
          assert.deepEqual(inForm(host), own, host.name);
          assert.equal(host.proxy === undefined, jump === undefined, `${host.name} has ProxyJump ${jump}`);
          if (!host.proxy || jump === undefined) continue;
          const [, user, bracketed, plain, port] = /^(?:(.*)@)?(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(jump) ?? [];
          // As ssh runs itself for its jump host.
          const options = [...(user ? ["-l", user] : []), ...(port ? ["-p", port] : [])];
          const { jump: _, ...asked } = asSsh(bracketed ?? plain ?? "", ...options);
          assert.deepEqual(inForm(host.proxy), asked, `the proxy of ${host.name}`);
        }
      });
  });

  it("has every name that is no pattern, once, in the order of the file", () => {
    const names = hosts("Host b a\nHost *\nHost web-? !db x\nHost a c\nMatch host y\n").map(({ name }) => name);
    assert.deepEqual(names, ["b", "a", "x", "c"]);
  });

  it("has the first of the names that one line has for one machine", () => {
    const one = "Host web-1 web-1.example\n  HostName 192.0.2.1\nHost web-2 web-3\n  HostName %h.example\n";
    const named = (select?: string[]) => hosts(one, select).map(({ name }) => name);
    assert.deepEqual(named(), ["web-1", "web-2", "web-3"]);
    assert.deepEqual(named(["*.example"]), ["web-1.example"]);
    assert.deepEqual(
      hosts("Host a\n  HostName 192.0.2.1\nHost b\n  HostName 192.0.2.1\n").map(({ name }) => name),
      ["a", "b"],
      "on two lines it may be a slip, which is told where settings are checked",
    );
  });

  it("has a jump host's user from the file alone, and not the host's", () => {
    const [web] = hosts("Host web\n  User deploy\n  ProxyJump bastion\n");
    assert.equal(web?.proxy?.user, "root");
  });

  it("has the hosts that are selected", () => {
    const config = "Host web-1 web-2 web-3 db-1\n";
    assert.deepEqual(
      hosts(config, ["web-*", "!web-2"]).map(({ name }) => name),
      ["web-1", "web-3"],
    );
  });

  it("has the paths of IdentityFile and IdentityAgent with ~ and tokens put in", () => {
    const { username } = userInfo();
    const [a, b, c] = hosts(
      "Host a\n  IdentityFile ~/.ssh/%n-%h-%r-%p\n  IdentityAgent /run/agent\nHost b\n  IdentityFile %d/%u-%%\n" +
        "Host c\n  IdentityFile none\n  IdentityAgent ~/agent\nHost *\n  HostName %h.example\n  Port 2222\n  User deploy\n",
    );
    assert.equal(a?.privateKeyFile, join(homedir(), ".ssh/a-a.example-deploy-2222"));
    assert.equal(a?.agentSocketPath, undefined);
    assert.equal(b?.privateKeyFile, join(homedir(), `${username}-%`));
    assert.deepEqual([c?.privateKeyFile, c?.agentSocketPath], [undefined, join(homedir(), "agent")]);
  });

  it("never runs a command", () => {
    const ran = join(folder, "ran");
    mistakes(
      `Match exec "touch ${ran}"\n  User x\nHost web\n  ProxyCommand touch ${ran}\n  HostName $(touch ${ran})\n`,
    );
    assert.ok(!existsSync(ran));
  });

  for (const [title, config, says] of REFUSED)
    it(`is refused by file and line with ${title}`, () => {
      assert.deepEqual(mistakes(config), [says]);
    });

  it("is refused where nothing is selected, with what there is to select", () => {
    const select = (...patterns: string[]) => mistakes("Host web-1 db-1\n", patterns);
    assert.deepEqual(select("web-*", "api-*", "dB-1"), [
      'inventory.select: "api-*" matches none of the hosts in config: web-1, db-1',
      'inventory.select: "dB-1" matches none of the hosts in config: web-1, db-1',
    ]);
    for (const patterns of [[], ["!web-1"], ["*", "!*-1"]])
      assert.deepEqual(select(...patterns), ["inventory.select matches none of the hosts in config: web-1, db-1"]);
  });

  it("is refused where there is no such file", () => {
    const none = join(folder, "none");
    assert.throws(
      () => readInventory({ sshConfig: none }),
      /inventory\.sshConfig: .*none can't be read \(ENOENT.*; give an/,
    );
  });

  it("is refused with all its mistakes at once, each told once", () => {
    assert.deepEqual(
      mistakes('Match exec "x"\nHost a b\n  Port 0\nHost b\n  ProxyJump x,y\nHost *\n  CertificateFile /c\n').map(
        (mistake) => mistake.split(" ", 2).join(" "),
      ),
      ['config:1: "Match', "config:3: port:", "config:7: CertificateFile", "config:5: ProxyJump"],
    );
  });

  it("is not refused for what is switched off, nor for hosts that are not selected", () => {
    const off = "  ProxyCommand none\n  CertificateFile none\n  CanonicalizeHostname no\n  PKCS11Provider none\n";
    assert.deepEqual(mistakes(`Host web\n${off}`), []);
    const other = 'Host other "my laptop"\n  ProxyCommand x\n  Port ssh\n  IdentityFile id\n';
    assert.deepEqual(mistakes(`Host web-1\n${other}`, ["web-*"]), []);
  });
});
