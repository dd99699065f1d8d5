import assert from "node:assert/strict";
import type { Observation, ObservedFile } from "../../../components/observe";
import { plan, Refusal } from "../../../components/plan";
import type { Desired, OpenSshRole } from "../../../components/settings";
import { desire } from "../../support/desired";
import { observedHost, presentFile } from "./observed";

const PATHS = { server: "/etc/ssh/sshd_config", client: "/etc/ssh/ssh_config" };
const DESIRED = { server: { ClientAliveInterval: 300 }, client: { ServerAliveInterval: 300 } };

/** Why nothing is done to a host of which this was read. */
function refusal(
  role: OpenSshRole,
  observed: {
    file?: ObservedFile;
    output?: string;
    code?: number;
    version?: string;
    uid?: number;
    over?: Partial<Observation>;
  },
  desired: Desired = desire({ [role]: DESIRED[role] }),
): string {
  const path = PATHS[role];
  const { file = presentFile(path, ""), output = "", code = 255, version = "OpenSSH_9.2p1", uid = 0, over } = observed;
  const observation = observedHost({
    uid,
    files: { [path]: file },
    programs: { sshd: { path: "/usr/sbin/sshd", version }, ssh: { path: "/usr/bin/ssh", version } },
    effective: { [role]: { code, output } },
    ...over,
  });
  try {
    plan(desired, observation, []);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.message;
  }
  return "not refused";
}

describe("a host is left alone, and what to do is said,", () => {
  const files: [string, ObservedFile, RegExp][] = [
    [
      "where the config is missing",
      { state: "missing", path: PATHS.server },
      /^\/etc\/ssh\/sshd_config does not exist; the server role needs that file\. Mend it, or name another in paths$/,
    ],
    ...["is a link to nothing", "is a directory", "is larger than 1048576 bytes", "can't be read"].map(
      (reason): [string, ObservedFile, RegExp] => [
        `where the config ${reason}`,
        { state: "unusable", path: PATHS.server, reason },
        new RegExp(`^/etc/ssh/sshd_config ${reason}; the server role needs that file\\. Mend it`),
      ],
    ),
  ];
  for (const [when, file, expected] of files)
    it(when, () => {
      assert.match(refusal("server", { file }), expected);
    });

  // What OpenSSH printed: 9.2p1 but for the old ones, which are 5.0p1 and 6.6.1p1.
  const outputs: [string, OpenSshRole, string, RegExp][] = [
    [
      "where sshd's /run/sshd is missing",
      "server",
      "Missing privilege separation directory: /run/sshd\n",
      /sshd -T needs \/run\/sshd, which does not exist there; start ssh\.service .* mkdir -m 755 \/run\/sshd as root/,
    ],
    [
      "where anybody may write to /run/sshd",
      "server",
      "/run/sshd must be owned by root and not group or world-writable.\n",
      /sshd -T says that \/run\/sshd must be owned by root and not group or world-writable; mend that first/,
    ],
    [
      "where sshd has no host key",
      "server",
      "Unable to load host key: /nonexistent\nsshd: no hostkeys available -- exiting.\n",
      /finds no host key .* ssh-keygen -A as root, or mend the HostKey lines/,
    ],
    [
      "where the config was broken before, with the place",
      "server",
      "/etc/ssh/sshd_config line 2: Deprecated option RSAAuthentication\n" +
        "/etc/ssh/sshd_config: line 3: Bad configuration option: Foo\r\n" +
        "/etc/ssh/sshd_config: line 9: Bad configuration option: Bar\n" +
        "/etc/ssh/sshd_config: terminating, 2 bad configuration options\n",
      /^sshd -T rejects \/etc\/ssh\/sshd_config as it stands: \/etc\/ssh\/sshd_config: line 3: Bad configuration option: Foo; mend that/,
    ],
    [
      "where the client's config was broken before",
      "client",
      "/etc/ssh/ssh_config line 1: Missing argument.\n",
      /^ssh -G rejects \/etc\/ssh\/ssh_config as it stands: \/etc\/ssh\/ssh_config line 1: Missing argument\.; mend/,
    ],
  ];
  it("where sshd gives no answer, rather than to blame its config", () => {
    const said = refusal("server", { code: 124, output: "port 22\n" });
    assert.match(said, /^sshd -T gave no answer within 30 s with \/etc\/ssh\/sshd_config; see what it waits for/);
  });

  it("where a program can't be run or was ended, rather than to blame its config", () => {
    assert.match(
      refusal("client", { code: 137 }),
      /^ssh -G can't be run or was ended there \(status 137\); .*\/usr\/bin\/ssh/,
    );
  });

  for (const [when, role, output, expected] of outputs)
    it(when, () => {
      assert.match(refusal(role, { output }), expected);
    });

  it("where sshd is too old to say what is in force", () => {
    const output = "sshd: illegal option -- T\nOpenSSH_5.0p1, OpenSSL 0.9.8g 19 Oct 2007\nusage: sshd [-46Ddeiqt]\n";
    assert.match(
      refusal("server", { output, version: "OpenSSH_5.0p1" }),
      /^its OpenSSH_5\.0p1 does not know sshd -T, .* OpenSSH 5\.1 or newer is needed: .* take the server role off/,
    );
  });

  it("where ssh is too old to say what is in force", () => {
    const output = "unknown option -- G\r\nusage: ssh [-1246AaCfgKkMNnqsTtVvXxYy] [-b bind_address]\n";
    assert.match(
      refusal("client", { output, version: "OpenSSH_6.6.1p1" }),
      /^its OpenSSH_6\.6\.1p1 does not know ssh -G, .* OpenSSH 6\.8 or newer is needed/,
    );
  });

  it("where the login user is not root and so can't read the host keys", () => {
    const output = "Unable to load host key: /etc/ssh/ssh_host_rsa_key\nsshd: no hostkeys available -- exiting.\n";
    assert.match(refusal("server", { output, uid: 1000 }), /^sshd -T can't read the host keys, .* or give become$/);
  });

  const sealed: ObservedFile = {
    ...presentFile(PATHS.client, "Host *\n    ServerAliveInterval 100\n"),
    realPath: "/nix/store/x-ssh_config",
    sealed: true,
  };
  const asked = { file: sealed, output: "serveraliveinterval 0\nserveralivecountmax 3\n", code: 0 };

  it("where the config is on a read-only file system, with what its path stands for", () => {
    assert.match(
      refusal("client", asked),
      /^\/etc\/ssh\/ssh_config \(\/nix\/store\/x-ssh_config\) can't be changed: it or its folder is read-only .* client role off/,
    );
  });

  it("where the login user may not write the config", () => {
    assert.match(
      refusal("client", { ...asked, uid: 1000 }),
      /can't be changed: the login user is not root there; .*become$/,
    );
  });

  it("but not where nothing has to change in a config that is read-only", () => {
    const content = "Host *\n    ServerAliveInterval 300\n";
    const output = "serveraliveinterval 300\nserveralivecountmax 3\n";
    assert.equal(refusal("client", { ...asked, file: { ...sealed, content }, output }), "not refused");
  });

  const inForce = { output: "clientaliveinterval 0\nclientalivecountmax 3\n", code: 0 };
  it("where nobody knows how sshd would be told", () => {
    const over = { service: { kind: "unknown" as const, name: "-" } };
    assert.match(
      refusal("server", { ...inForce, over }),
      /^how sshd is told of a changed .* is not known: .* Start it in one/,
    );
    const settled = desire({ server: { ClientAliveCountMax: 3 } });
    assert.equal(refusal("server", { ...inForce, over }, settled), "not refused");
  });

  it("where the config is a vendor's and includes no folder for ours", () => {
    const path = "/usr/etc/ssh/sshd_config";
    const files = { [path]: presentFile(path, "UsePAM yes\n") };
    const main = { server: { path, vendor: true }, client: { path: PATHS.client, vendor: false } };
    assert.match(
      refusal("server", { ...inForce, over: { files, main } }),
      /^\/usr\/etc\/ssh\/sshd_config includes no folder of drop-ins .*, and belongs to the vendor, .* "Include \/etc\/ssh\/sshd_config\.d\/\*\.conf" at the top/,
    );
  });

  const client = { output: "serveraliveinterval 0\nserveralivecountmax 3\n", code: 0 };
  const forHosts = (...hostPatterns: string[]) =>
    desire({}, { parts: [{ role: "client", values: DESIRED.client, hostPatterns }] });

  it("where each host that a pattern names is negated by another", () => {
    assert.match(
      refusal("client", client, forHosts("a.example", "!*")),
      /^hostPatterns a\.example !\* are for no host: they take one that is not negated \(as \*\), and whose hosts no other negates$/,
    );
  });

  it("where ssh does not take the patterns, with its own words", () => {
    const over = { patterns: { code: 255, output: "/dev/stdin line 1: keyword host empty\r\n" } };
    assert.match(
      refusal("client", { ...client, over }, forHosts("a.example")),
      /^ssh does not take the hostPatterns a\.example: .*keyword host empty.*; mend them$/,
    );
  });

  it("where ssh takes the patterns and reads them in another way", () => {
    const over = { patterns: { code: 0, output: "serveraliveinterval 0\n" } };
    assert.match(
      refusal("client", { ...client, over }, forHosts("a.example")),
      /^hostPatterns a\.example do not hold for a\.example, .*; mend them$/,
    );
  });

  it("but not where ssh takes the patterns", () => {
    const over = { patterns: { code: 0, output: "serveraliveinterval 12345\n" } };
    assert.equal(refusal("client", { ...client, over }, forHosts("*.example")), "not refused");
  });

  it("where ssh could not be asked without running a command of others, with file and line", () => {
    const notAsked =
      "would run the command of /etc/ssh/ssh_config:2 as root, and others than root can write it; make that root's alone";
    assert.equal(refusal("client", { over: { effective: {}, notAsked } }), `ssh -G ${notAsked}`);
  });
});
