import assert from "node:assert/strict";
import { BecomeMethod, becomeOf, desiredOf, validateFleet } from "../../../components/settings";

/** What is wanted of the one host of a fleet. */
function partsOf(fleet: object, host: object = {}): unknown[] {
  const settings = validateFleet({ ...fleet, hosts: [{ name: "web-1", ...host }] });
  return desiredOf(settings, settings.hosts[0] as (typeof settings.hosts)[number], "deploy").parts;
}

const SERVER = { clientAliveInterval: 300, clientAliveCountMax: 2 };
const CLIENT = { serverAliveInterval: 60 };

describe("what is wanted of a host", () => {
  const merged: [title: string, fleet: object, host: object, expected: unknown[]][] = [
    [
      "is the fleet's where the host says nothing",
      { server: SERVER },
      {},
      [{ role: "server", values: { ClientAliveInterval: 300, ClientAliveCountMax: 2 } }],
    ],
    [
      "is the host's over the fleet's, setting by setting",
      { server: SERVER },
      { server: { clientAliveInterval: 60 } },
      [{ role: "server", values: { ClientAliveInterval: 60, ClientAliveCountMax: 2 } }],
    ],
    ["is nothing of a role that is switched off", { server: SERVER }, { server: { enabled: false } }, []],
    [
      "is what only the host names, zero included",
      {},
      { client: { serverAliveInterval: 0 } },
      [{ role: "client", values: { ServerAliveInterval: 0 } }],
    ],
    [
      "is each user's own over the fleet's for that user",
      { userClients: { alice: CLIENT, bob: CLIENT } },
      { userClients: { alice: { serverAliveCountMax: 5, hostPatterns: ["*.example"] }, bob: { enabled: false } } },
      [
        {
          role: "client",
          user: "alice",
          values: { ServerAliveInterval: 60, ServerAliveCountMax: 5 },
          hostPatterns: ["*.example"],
        },
      ],
    ],
    [
      "is for all hosts where the pattern is just that",
      { client: { ...CLIENT, hostPatterns: ["*"] } },
      {},
      [{ role: "client", values: { ServerAliveInterval: 60 } }],
    ],
    [
      "is of all sessions of the login user, where PuTTY's settings name neither",
      { putty: { secondsBetweenKeepalives: 300 } },
      {},
      [{ role: "putty", user: "deploy", secondsBetweenKeepalives: 300, sessions: ["*"] }],
    ],
    [
      "is of each named user's sessions",
      { putty: { secondsBetweenKeepalives: 300, users: ["alice", "bob", "alice"] } },
      { putty: { sessions: ["web"] } },
      ["alice", "bob"].map((user) => ({ role: "putty", user, secondsBetweenKeepalives: 300, sessions: ["web"] })),
    ],
    ["is nothing of PuTTY where no interval is named", { putty: { sessions: ["web"] } }, {}, []],
  ];
  for (const [title, fleet, host, expected] of merged)
    it(title, () => {
      assert.deepEqual(partsOf(fleet, host), expected);
    });
});

describe("the way to root's rights", () => {
  it("is the host's own, and not mixed with the fleet's", () => {
    const fleet = validateFleet({
      hosts: [{ name: "a" }, { name: "b", become: { method: "doas" } }, { name: "c", become: { method: "none" } }],
      become: { method: "sudo", password: "s3cret" },
    });
    assert.deepEqual(
      fleet.hosts.map((host) => becomeOf(fleet, host)),
      [{ method: BecomeMethod.Sudo, password: "s3cret" }, { method: BecomeMethod.Doas }, { method: BecomeMethod.None }],
    );
  });
});
