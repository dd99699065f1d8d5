import assert from "node:assert/strict";
import { SettingsError, validateFleet, validateNames } from "../../../components/settings";

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
    it(`refuses an interval of ${typeof value === "string" ? JSON.stringify(value) : value} and says what is allowed`, () => {
      const [mistake, ...more] = mistakes({ hosts: HOSTS, server: { clientAliveInterval: value } });
      assert.match(
        mistake ?? "",
        /^server\.clientAliveInterval: \S+ ?"? is not allowed; it takes a whole number of seconds from 0 to 2147483647$/,
      );
      assert.ok(mistake?.includes(`: ${typeof value === "string" ? JSON.stringify(value) : value} is not`), mistake);
      assert.deepEqual(more, []);
    });

  it("names all mistakes at once, each with its place and value", () => {
    const found = mistakes({
      hosts: [{ name: "web-1", port: 0 }, { name: "web 2" }, { name: "web-3", server: { clientAliveCountMax: -1 } }],
      client: { serverAliveIntervall: 3 },
      select: ["web-9"],
      onUnreachable: "ignore",
    });
    assert.deepEqual(found, [
      "hosts[0].port: 0 is not allowed; it takes a whole number from 1 to 65535",
      'hosts[1].name: "web 2" is not allowed; it takes a name of letters, digits, dots, dashes and underscores, at most 63 long',
      "hosts[2].server.clientAliveCountMax: -1 is not allowed; it takes a whole number from 0 to 2147483647",
      "client.serverAliveIntervall: there is no such setting; did you mean serverAliveInterval?",
      'onUnreachable: "ignore" is not allowed; it takes one of "fail", "skip"',
      'select[0]: "web-9" is not allowed; it takes the name or a pattern of these hosts: web-1, web 2, web-3',
    ]);
  });

  const misspelt: [settings: object, mistake: string][] = [
    [{ server: { ClientAliveInterval: 1 } }, "server.ClientAliveInterval: …; did you mean clientAliveInterval?"],
    [{ server: { serverAliveInterval: 1 } }, "server.serverAliveInterval: …; it belongs to client or userClients"],
    [
      { server: { serverAliveInterva: 1 } },
      "server.serverAliveInterva: …; did you mean serverAliveInterval of client?",
    ],
    [{ port: 22 }, "port: …; it belongs to a host or proxy"],
    [{ sever: {} }, "sever: …; did you mean server?"],
    [{ proxy: { address: "b", proxy: {} } }, "proxy: …; it belongs to a host"],
    [
      { userClients: { alice: { serverAliveIntervl: 1 } } },
      "userClients.alice.serverAliveIntervl: …; did you mean serverAliveInterval?",
    ],
    [{ putty: { seconds: 1 } }, "putty.seconds: …; putty takes secondsBetweenKeepalives, sessions, users and enabled"],
    [{ become: { method: "sudo", flavour: 1 } }, "become.flavour: …; become takes method, password and passwordFile"],
  ];
  for (const [settings, mistake] of misspelt)
    it(`helps with a name that does not exist: ${mistake}`, () => {
      assert.deepEqual(mistakes({ hosts: HOSTS, ...settings }), [mistake.replace("…", "there is no such setting")]);
    });

  const ofHosts: [host: object, mistake: string][] = [
    [{ hostName: "192.0.2.1" }, "hosts[0].hostName: there is no such setting; HostName is address here"],
    [
      { proxy: { address: "b", proxy: {} } },
      "hosts[0].proxy.proxy: there is no such setting; more than one hop is not supported",
    ],
    [
      { privateKey: "KEY", privateKeyFile: "~/.ssh/id" },
      'hosts[0].privateKeyFile: "~/.ssh/id" is not allowed beside privateKey; keep one of the two',
    ],
    [
      { become: { method: "sudo", password: "s3cret", passwordFile: "pw" } },
      'hosts[0].become.passwordFile: "pw" is not allowed beside password; keep one of the two',
    ],
    [
      { proxy: { address: "b", privateKeyPassword: "s3cret" } },
      "hosts[0].proxy.privateKeyPassword: its value (not shown) is not allowed alone; it takes a privateKey or a privateKeyFile beside it",
    ],
    [
      { local: true, address: "192.0.2.1" },
      'hosts[0].address: "192.0.2.1" is not allowed; a local host takes none, as it is the machine that runs the program and nothing is dialled',
    ],
    [
      { local: true, password: "s3cret" },
      "hosts[0].password: its value (not shown) is not allowed; a local host takes none, as it is the machine that runs the program and nothing is dialled",
    ],
  ];
  for (const [host, mistake] of ofHosts)
    it(`refuses ${Object.keys(host).join(" with ")} of a host: ${mistake}`, () => {
      assert.deepEqual(mistakes({ hosts: [{ name: "web-1", ...host }] }), [mistake]);
    });

  const ofRoles: [settings: object, mistake: string][] = [
    [
      { client: { serverAliveInterval: 60, hostPatterns: [] } },
      "client.hostPatterns: a list is not allowed; it takes at least one entry; leave it out for the default",
    ],
    [
      { userClients: { alice: { hostPatterns: ["*.example\nMatch all"] } } },
      'userClients.alice.hostPatterns[0]: "*.example\\nMatch all" is not allowed; it takes a pattern as on a Host line of ssh_config(5), of printable ASCII without blanks, a # at its start or any of `$\\;&|<>(){}\'',
    ],
    [
      { client: { serverAliveInterval: 60, hostPatterns: ["$(id).example"] } },
      'client.hostPatterns[0]: "$(id).example" is not allowed; it takes a pattern as on a Host line of ssh_config(5), of printable ASCII without blanks, a # at its start or any of `$\\;&|<>(){}\'',
    ],
    [
      { owner: "a<{%reset%}>" },
      'owner: "a<{%reset%}>" is not allowed; it takes a name such as project/stack, on one line, of characters that can be seen, at most 255 long',
    ],
    [{ userClients: { "$(id)": {} } }, 'userClients: "$(id)" is not allowed; it takes a user name'],
    [{ putty: { users: ["a b"] } }, 'putty.users[0]: "a b" is not allowed; it takes a user name'],
    [
      { putty: { secondsBetweenKeepalives: -1 } },
      "putty.secondsBetweenKeepalives: -1 is not allowed; it takes a whole number of seconds from 0 to 2147483647",
    ],
    [{ idleTimeout: 0 }, "idleTimeout: 0 is not allowed; it takes a whole number of seconds from 1 to 2147483647"],
    [{ precedence: "force" }, 'precedence: "force" is not allowed; it takes one of "yield", "enforce"'],
    [{ placement: "dropin" }, 'placement: "dropin" is not allowed; it takes one of "auto", "dropIn", "inline"'],
    [
      { hosts: [{ name: "web-1", machineId: "0123" }] },
      'hosts[0].machineId: "0123" is not allowed; only a local host takes it, the others have a host key',
    ],
  ];
  for (const [settings, mistake] of ofRoles)
    it(`refuses ${JSON.stringify(settings)}: ${mistake}`, () => {
      assert.deepEqual(mistakes({ hosts: HOSTS, ...settings }), [mistake]);
    });

  it("refuses two hosts of one name and says where the first is", () => {
    assert.deepEqual(mistakes({ hosts: [{ name: "a" }, { name: "b" }, { name: "a" }] }), [
      'hosts[2].name: "a" is not allowed; it takes a name of its own; hosts[0] has this one',
    ]);
  });

  const ONE = { name: "a", address: "192.0.2.1" };
  const sameMachine: [first: object, second: object, mistake: string][] = [
    [ONE, { name: "b", address: "192.0.2.1", port: 22 }, 'hosts[1].address: "192.0.2.1" is not allowed'],
    [{ name: "web" }, { name: "b", address: "WEB" }, 'hosts[1].address: "WEB" is not allowed'],
    [{ name: "a", address: "b" }, { name: "b" }, 'hosts[1].name: "b" is not allowed'],
    [{ name: "a", local: true }, { name: "b", local: true }, "hosts[1].local: true is not allowed"],
  ];
  for (const [first, second, mistake] of sameMachine)
    it(`refuses two names of one machine: ${JSON.stringify([first, second])}`, () => {
      const { name } = first as { name: string };
      assert.deepEqual(mistakes({ hosts: [first, second] }), [
        `${mistake}; it takes a machine of its own; hosts[0] ("${name}") is this one already: ` +
          "keep one of the two names, or tell them apart by port or paths.journal",
      ]);
    });

  for (const over of [{ port: 2222 }, { paths: { journal: "/var/lib/other" } }, { proxy: { address: "jump" } }])
    it(`takes hosts of one address for two machines where they differ by ${JSON.stringify(over)}`, () => {
      assert.deepEqual(mistakes({ hosts: [ONE, { ...ONE, name: "b", ...over }] }), []);
    });

  for (const name of ["7", "10.1", "a..b", "web-"])
    it(`asks for the address of a host named ${name}, which a resolver takes for something else or for nothing`, () => {
      assert.deepEqual(mistakes({ hosts: [{ name }] }), [
        `hosts[0].address: nothing is not allowed; it takes a host name or an IP address, as the name "${name}" is neither`,
      ]);
      assert.deepEqual(mistakes({ hosts: [{ name, address: "192.0.2.1" }] }), []);
    });

  it("refuses a selection that leaves no host, and a name in it that no host has", () => {
    const hosts = [{ name: "web-1" }, { name: "web-2" }];
    assert.deepEqual(mistakes({ hosts, select: ["web-*", "!web-2"] }), []);
    assert.deepEqual(mistakes({ hosts, select: ["web-*", "!web-*"] }), [
      "select: a list is not allowed, as it selects no host; it takes names or patterns of these hosts: web-1, web-2",
    ]);
    assert.deepEqual(mistakes({ hosts, select: ["web-1", "wbe-2"] }), [
      'select[1]: "wbe-2" is not allowed; it takes the name or a pattern of these hosts: web-1, web-2',
    ]);
  });

  it("never shows the value of a secret", () => {
    const found = mistakes({ hosts: [{ name: "a", password: 12345678, privateKey: ["s3cret"] }] }).join("\n");
    assert.match(found, /hosts\[0\]\.password: its value \(not shown\)/);
    const nested = mistakes({
      hosts: [{ name: "a", proxy: { address: "b", password: ["s3cret"] }, become: { method: "sudo", password: "" } }],
      become: '{ "method": "sudo", "password": "s3cret"',
    }).join("\n");
    assert.match(nested, /hosts\[0\]\.proxy\.password: its value \(not shown\)/);
    assert.match(nested, /hosts\[0\]\.become\.password: its value \(not shown\)/);
    assert.match(nested, /^become: a text is not allowed; it takes a group of settings$/m);
    const shapes = mistakes({ hosts: { name: "a", password: "s3cret" }, server: [{ password: "s3cret" }] }).join("\n");
    assert.match(shapes, /hosts: a group of settings is not allowed; it takes a list/);
    assert.doesNotMatch(found + nested + shapes, /12345678|s3cret/);
  });

  it("shows no more than a line of a value", () => {
    const [mistake] = mistakes({ hosts: HOSTS, owner: `${"a".repeat(500)}\n` });
    assert.match(
      mistake ?? "",
      /^owner: "a{80}…" is not allowed; it takes a name such as project\/stack, on one line, of characters that can be seen, at most 255 long$/,
    );
  });

  for (const name of ["$(reboot)", "a;b", "-rf", "a\nb", "", "../x", "a b"])
    it(`refuses ${JSON.stringify(name)} as a host's name before anything runs`, () => {
      assert.throws(() => validateNames("fleet", [{ name }]), SettingsError);
    });

  it("refuses a component's name that is more than a line, as it would be lines of the plan", () => {
    assert.throws(() => validateNames("fleet\nend", HOSTS), /"fleet\\nend" is no name for a component/);
  });

  it("refuses a component's name that would not come back from a host's journal, or turn a line of the report around", () => {
    for (const name of ["a\u202eb", "a\u2028b", "a<{%fg 1%}>", "\ud800", ""])
      assert.throws(
        () => validateNames(name, HOSTS),
        / is no name for a component; give it one on one line, of characters/,
      );
  });

  for (const path of ["etc/ssh/sshd_config", "/etc/ssh/$(id)", "/etc/a b", "/etc/ssh/x\n", "/etc/'x'"])
    it(`refuses ${JSON.stringify(path)} as a path`, () => {
      assert.equal(mistakes({ hosts: [{ name: "a", paths: { sshdConfig: path } }] }).length, 1);
    });
});
