import assert from "node:assert/strict";
import { desiredRoles, SettingsError, validateFleet, validateNames } from "../../../components/settings";

const HOSTS = [{ name: "web-1" }];

function mistakes(settings: unknown): string[] {
  try {
    validateFleet(settings);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.mistakes;
  }
  return [];
}

describe("settings", () => {
  it("accepts the example of the documentation", () => {
    const settings = {
      hosts: [{ name: "web-1", address: "192.0.2.10", user: "deploy", become: { method: "sudo" } }],
      server: { clientAliveInterval: 300, clientAliveCountMax: 2 },
      client: { serverAliveInterval: 300, serverAliveCountMax: 2 },
      onUnreachable: "skip",
    };
    assert.deepEqual(mistakes(settings), []);
  });

  for (const value of [-1, 1.5, "300s ", 2 ** 31, Number.NaN, null])
    it(`refuses an interval of ${JSON.stringify(value)} and says what is allowed`, () => {
      const [mistake, ...more] = mistakes({ hosts: HOSTS, server: { clientAliveInterval: value } });
      assert.match(
        mistake ?? "",
        /^server\.clientAliveInterval: .* is not allowed; it takes a whole number of seconds from 0 to 2147483647$/,
      );
      assert.deepEqual(more, []);
    });

  it("names all mistakes at once, each with its place and value", () => {
    const found = mistakes({
      hosts: [{ name: "web-1", port: 0 }, { name: "web 2" }, { name: "web-3", server: { clientAliveCountMax: -1 } }],
      client: { serverAliveIntervall: 3 },
      onUnreachable: "ignore",
    });
    assert.deepEqual(found, [
      "hosts[0].port: 0 is not allowed; it takes a whole number from 1 to 65535",
      'hosts[1].name: "web 2" is not allowed; it takes a name of letters, digits, dots, dashes and underscores, at most 63 long',
      "hosts[2].server.clientAliveCountMax: -1 is not allowed; it takes a whole number from 0 to 2147483647",
      "client.serverAliveIntervall: there is no such setting; check its spelling",
      'onUnreachable: "ignore" is not allowed; it takes one of "fail", "skip"',
    ]);
  });

  it("refuses two hosts of one name and says where the first is", () => {
    assert.deepEqual(mistakes({ hosts: [{ name: "a" }, { name: "b" }, { name: "a" }] }), [
      'hosts[2].name: "a" is not allowed; it takes a name of its own; hosts[0] has this one',
    ]);
  });

  it("never shows the value of a secret", () => {
    const found = mistakes({ hosts: [{ name: "a", password: 12345678, privateKey: ["s3cret"] }] }).join("\n");
    assert.match(found, /hosts\[0\]\.password: its value \(not shown\)/);
    const shapes = mistakes({ hosts: { name: "a", password: "s3cret" }, server: [{ password: "s3cret" }] }).join("\n");
    assert.match(shapes, /hosts: a group of settings is not allowed; it takes a list/);
    assert.doesNotMatch(found + shapes, /12345678|s3cret/);
  });

  for (const name of ["$(reboot)", "a;b", "-rf", "a\nb", "", "../x", "a b"])
    it(`refuses ${JSON.stringify(name)} as a host's name before anything runs`, () => {
      assert.throws(() => validateNames("fleet", [{ name }]), SettingsError);
    });

  it("refuses a component's name that is more than a line, as it would be lines of the plan", () => {
    assert.throws(() => validateNames("fleet\nend", HOSTS), /"fleet\\nend" is no name for a component/);
  });

  for (const path of ["etc/ssh/sshd_config", "/etc/ssh/$(id)", "/etc/a b", "/etc/ssh/x\n", "/etc/'x'"])
    it(`refuses ${JSON.stringify(path)} as a path`, () => {
      assert.equal(mistakes({ hosts: [{ name: "a", paths: { sshdConfig: path } }] }).length, 1);
    });
});

describe("desired roles", () => {
  const fleet = validateFleet({
    hosts: [
      { name: "as-the-fleet" },
      { name: "own-interval", server: { clientAliveInterval: 60 } },
      { name: "off", server: { enabled: false } },
      { name: "zero", client: { serverAliveInterval: 0 } },
    ],
    server: { clientAliveInterval: 300, clientAliveCountMax: 2 },
  });

  const expected = [
    { server: { ClientAliveInterval: 300, ClientAliveCountMax: 2 } },
    { server: { ClientAliveInterval: 60, ClientAliveCountMax: 2 } },
    {},
    { server: { ClientAliveInterval: 300, ClientAliveCountMax: 2 }, client: { ServerAliveInterval: 0 } },
  ];
  for (const [index, roles] of expected.entries())
    it(`are the host's over the fleet's: ${fleet.hosts[index]?.name}`, () => {
      assert.deepEqual(desiredRoles(fleet, fleet.hosts[index] as (typeof fleet.hosts)[number]), roles);
    });
});
