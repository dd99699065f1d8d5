import assert from "node:assert/strict";
import type { Observation, ObservedFile } from "../../../components/observe";
import { plan, Refusal } from "../../../components/plan";
import type { Role } from "../../../components/settings";

const PATHS = { server: "/etc/ssh/sshd_config", client: "/etc/ssh/ssh_config" };
const DESIRED = { server: { ClientAliveInterval: 300 }, client: { ServerAliveInterval: 300 } };

/** Why nothing is done to a host of which this was read. */
function refusal(
  role: Role,
  observed: { file?: ObservedFile; output?: string; code?: number; version?: string; uid?: number },
): string {
  const path = PATHS[role];
  const present: ObservedFile = {
    state: "present",
    path,
    realPath: path,
    mode: "644",
    owner: "0",
    group: "0",
    changed: "1",
    content: "",
  };
  const { file = present, output = "", code = 255, version = "OpenSSH_9.2p1", uid = 0 } = observed;
  const observation: Observation = {
    uid,
    shell: "/bin/sh",
    machine: "m",
    boot: "b",
    files: { [path]: file },
    includes: {},
    programs: { sshd: { path: "/usr/sbin/sshd", version }, ssh: { path: "/usr/bin/ssh", version } },
    service: { kind: "systemd", name: "ssh.service" },
    effective: { [role]: { code, output } },
  };
  try {
    plan({ [role]: DESIRED[role] }, observation, PATHS);
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
  const outputs: [string, Role, string, RegExp][] = [
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
    assert.match(said, /^sshd -T gave no answer within 30 s; see what it waits for there/);
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
    state: "present",
    path: PATHS.client,
    realPath: "/nix/store/x-ssh_config",
    mode: "444",
    owner: "0",
    group: "0",
    changed: "1",
    content: "",
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
    const output = "serveraliveinterval 300\nserveralivecountmax 3\n";
    assert.equal(refusal("client", { ...asked, output }), "not refused");
  });
});
