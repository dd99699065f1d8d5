import assert from "node:assert/strict";
import { plan } from "../../../components/plan";
import type { Desired, Values } from "../../../components/settings";
import { desire } from "../../support/desired";
import { observedHost, presentFile } from "./observed";

const SSHD = "/etc/ssh/sshd_config";
const SSH = "/etc/ssh/ssh_config";

/** What a preview says of a host on which these are in force, by the lines of its sshd_config. */
function said(
  desired: Desired,
  inForce: Values | Record<string, string> = {},
  sshd = "",
  version = "OpenSSH_9.2p1",
): string[] {
  const output = (values: object) =>
    Object.entries(values)
      .map(([keyword, value]) => `${keyword.toLowerCase()} ${value}\n`)
      .join("");
  const answer = (values: object) => ({ code: 0, output: output(values) });
  const observation = observedHost({
    files: { [SSHD]: presentFile(SSHD, sshd), [SSH]: presentFile(SSH, "") },
    programs: { sshd: { path: "/usr/sbin/sshd", version }, ssh: { path: "/usr/bin/ssh", version } },
    effective: {
      server: answer({ ClientAliveInterval: 0, ClientAliveCountMax: 3, ...inForce }),
      client: answer({ ServerAliveInterval: 0, ServerAliveCountMax: 3 }),
    },
  });
  return plan(desired, observation, []).parts.flatMap(({ warnings }) =>
    warnings.map(({ file, line, message }) => (file === undefined ? message : `${file}:${line} ${message}`)),
  );
}

const SERVER = { ClientAliveInterval: 60, ClientAliveCountMax: 3 };

describe("a preview advises", () => {
  it("that sshd closes idle channels in spite of keepalives, with the line that says so", () => {
    const lines = "UsePAM yes\nchanneltimeout session=5m\n";
    assert.deepEqual(said(desire({ server: SERVER }), { ChannelTimeout: "session=5m" }, lines), [
      `${SSHD}:2 sets ChannelTimeout session=5m: sshd closes idle channels after that, which no keepalive prevents`,
    ]);
  });

  it("that sshd closes unused connections in spite of keepalives, with the line that says so", () => {
    assert.deepEqual(
      said(desire({ server: SERVER }), { UnusedConnectionTimeout: "600" }, "UnusedConnectionTimeout 10m\n"),
      [
        `${SSHD}:1 sets UnusedConnectionTimeout 600: sshd closes connections without an open channel after that, which no keepalive prevents`,
      ],
    );
  });

  it("nothing of timeouts that are off", () => {
    assert.deepEqual(said(desire({ server: SERVER }), { ChannelTimeout: "none", UnusedConnectionTimeout: "0" }), []);
    assert.deepEqual(said(desire({ server: SERVER }), { UnusedConnectionTimeout: "none" }), []);
  });

  it("that a client's count of 0 gives up a live server", () => {
    assert.deepEqual(said(desire({ client: { ServerAliveInterval: 60, ServerAliveCountMax: 0 } })), [
      "ServerAliveCountMax 0: ssh gives up at the first idle interval, even a server that is alive",
    ]);
  });

  it("that a server's count of 0 ends sessions before 8.2, and only there", () => {
    const zero = desire({ server: { ClientAliveInterval: 60, ClientAliveCountMax: 0 } });
    assert.deepEqual(said(zero, {}, "", "OpenSSH_8.1p1"), [
      "ClientAliveCountMax 0 makes OpenSSH_8.1p1 end a session at its first message; from 8.2 on it never gives up",
    ]);
    for (const version of ["OpenSSH_8.2p1", "OpenSSH_9.2p1", "OpenSSH_10.0p2", "Some_1.0"])
      assert.deepEqual(said(zero, {}, "", version), []);
  });

  it("an interval below what the network forgets a connection after", () => {
    const within = (idleTimeout: number) => said(desire({ server: SERVER }, { idleTimeout }), {}, "", "OpenSSH_10.0p2");
    assert.deepEqual(within(61), []);
    assert.deepEqual(within(60), [
      "ClientAliveInterval 60 is too long: the network forgets an idle connection after idleTimeout 60",
    ]);
  });

  it("half of that to the sshd of OpenSSH 9.2, which waits for two intervals", () => {
    const within = (idleTimeout: number) => said(desire({ server: SERVER }, { idleTimeout }), {}, "", "OpenSSH_9.2");
    assert.deepEqual(within(121), []);
    assert.deepEqual(within(120), [
      "ClientAliveInterval 60, of which this sshd waits for 2 before each message, is too long: the network forgets an idle connection after idleTimeout 120",
    ]);
  });

  it("an interval at all where the network forgets a connection", () => {
    assert.deepEqual(said(desire({ server: { ClientAliveInterval: 0 } }, { idleTimeout: 60 })), [
      "ClientAliveInterval 0 sends no messages: the network forgets an idle connection after idleTimeout 60",
    ]);
  });

  it("that one side gives up before the other asks for the first time", () => {
    const client = { ServerAliveInterval: 600, ServerAliveCountMax: 3 };
    assert.deepEqual(said(desire({ server: SERVER, client })), [
      "server gives up after 180 s, but client asks for the first time after ServerAliveInterval 600: until then client keeps sessions whose other end is gone",
    ]);
    const late = { ClientAliveInterval: 600, ClientAliveCountMax: 3 };
    assert.deepEqual(said(desire({ server: late, client: { ServerAliveInterval: 60, ServerAliveCountMax: 3 } })), [
      "client gives up after 180 s, but server asks for the first time after ClientAliveInterval 600: until then server keeps sessions whose other end is gone",
    ]);
  });

  it("nothing where both sides agree, or one never gives up", () => {
    const client = { ServerAliveInterval: 120, ServerAliveCountMax: 3 };
    assert.deepEqual(said(desire({ server: SERVER, client })), []);
    assert.deepEqual(said(desire({ server: { ClientAliveInterval: 60, ClientAliveCountMax: 0 }, client })), []);
  });
});
