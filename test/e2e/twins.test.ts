import assert from "node:assert/strict";
import { describeHosts, type Host } from "../hosts";
import { effectiveOn, etcOf, Fleet, SERVER, WANTED } from "./fleet";

/** Of the hosts' network, and no host's first one. */
const SECOND_ADDRESS = "10.99.0.254";
/** The name by which the machine is known besides. */
const ALIAS = "backup";

describeHosts("a machine with two names in the settings", function () {
  this.timeout(120_000);
  let fleet: Fleet;
  let machine: Host;

  before(async () => {
    fleet = await Fleet.create(2);
    machine = fleet.host(1);
  });
  after(() => fleet?.remove());
  beforeEach(async () => {
    await Promise.all(fleet.hosts.map((host) => host.reset()));
    const { code, stderr } = await machine.run(`ip address replace ${SECOND_ADDRESS}/24 dev eth0`);
    assert.equal(code, 0, stderr);
  });
  afterEach(async () => {
    fleet.stack.configure(fleet.settings());
    await fleet.destroy();
  });

  /** The fleet's settings with these hosts, of which the alias is the machine by its other address. */
  function configure(names: string[], aliasOver: object = {}, over: object = {}): void {
    const { hosts, ...rest } = fleet.settings({ ...over });
    const known = hosts as { name: string }[];
    const own = known.find(({ name }) => name === machine.name);
    const all = [...known, { ...own, name: ALIAS, address: SECOND_ADDRESS, ...aliasOver }];
    fleet.stack.configure({ ...rest, hosts: names.map((name) => all.find((host) => host.name === name)) });
  }

  const keys: [string, () => Promise<object>][] = [
    ["one key", async () => ({})],
    [
      "keys of two types",
      async () => ({ hostKey: (await machine.read("/etc/ssh/ssh_host_ecdsa_key.pub")).toString().trim() }),
    ],
  ];
  for (const [known, aliasOver] of keys)
    it(`known by ${known} is left alone until one name is gone, and the others are configured`, async () => {
      const over = await aliasOver();
      configure(["web-1", "web-2", ALIAS], over);
      const before = await etcOf(machine);
      const preview = await fleet.preview();
      const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
      for (const printed of [preview, output]) {
        assert.match(printed, /web-2 failed: it is the very machine that backup is, under another name; take one of/);
        assert.match(printed, /backup failed: it is the very machine that web-2 is, under another name; take one of/);
        assert.match(printed, /recap: ok=0 changed=1 skipped=0 unreachable=0 failed=2/);
      }
      assert.notEqual(code, 0);
      assert.equal(await etcOf(machine), before);
      assert.deepEqual(await effectiveOn(fleet.host(0)), WANTED);
      configure(["web-1", ALIAS], over);
      assert.match(await fleet.up(), /recap: ok=1 changed=1/);
      assert.deepEqual(await effectiveOn(machine), WANTED);
    });

  it("stays managed under the name that manages it; the name that was added is refused", async () => {
    await fleet.up();
    configure([ALIAS, "web-1", "web-2"], {}, { server: { ...SERVER, clientAliveInterval: 60 } });
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /backup failed: it is the very machine that web-2 is, under another name/);
    assert.match(output, /recap: ok=0 changed=2 skipped=0 unreachable=0 failed=1/);
    assert.equal((await effectiveOn(machine)).clientaliveinterval, 60);
    fleet.stack.configure(fleet.settings());
    assert.match(await fleet.up(), /recap: ok=0 changed=2/);
    assert.match(await fleet.up("--expect-no-changes"), /recap: ok=2 changed=0/);
    assert.deepEqual(await effectiveOn(machine), WANTED);
  });
});
