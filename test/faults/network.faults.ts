import assert from "node:assert/strict";
import { effectiveOn, Fleet, untilSettled, WANTED } from "../e2e/fleet";
import { describeHosts } from "../hosts";
import { APPLYING, goOn, Outcomes, type Point, pausedRun, READING } from "./points";
import { Fault, setTripwire } from "./tripwire";

const RENAME = APPLYING[1] as Point;

describeHosts("a host whose network or programs hang in the middle of a run", function () {
  this.timeout(600_000);
  let fleet: Fleet;
  let outcomes: Outcomes;

  before(async () => {
    fleet = await Fleet.create(3, ["bookworm", "trixie"]);
    fleet.stack.configure(fleet.settings({ confirmTimeout: 10 }));
    outcomes = await Outcomes.of(fleet);
  });
  after(() => fleet?.remove());
  afterEach(async () => {
    await goOn(fleet.hosts);
    await fleet.destroy();
  });

  async function othersAreDone(): Promise<void> {
    for (const index of [0, 2]) assert.deepEqual(await effectiveOn(fleet.host(index)), WANTED);
  }

  it("is told once the connection is given up, after the others were done; it goes back by itself, and the next up reaches the goal", async () => {
    const host = fleet.host(1);
    const controller = await pausedRun(fleet, "up", [host], [RENAME]);
    await host.cutNetwork();
    await goOn([host]);
    const { code, output } = await controller.ended();
    assert.notEqual(code, 0);
    assert.match(output, /web-2: failed: /);
    await othersAreDone();
    await untilSettled(host);
    assert.ok(await outcomes.isOriginal(host), "it has not gone back");
    await host.restoreNetwork();
    await outcomes.requireOneOf(host, "its network was cut");
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
    assert.deepEqual(await effectiveOn(host), WANTED);
  });

  it("whose connection is closed while it is read is told as unreachable or failed, and is not touched", async () => {
    const host = fleet.host(1);
    await setTripwire(host, READING, Fault.Disconnected);
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /web-2:? (failed|unreachable): /);
    await othersAreDone();
    assert.ok(await outcomes.isOriginal(host));
    await goOn([host]);
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
  });

  it("whose sshd -T never answers is told after half a minute, and is not touched", async () => {
    const host = fleet.host(1);
    await host.run("mv /usr/sbin/sshd /usr/sbin/sshd.real");
    await host.write(
      "/usr/sbin/sshd",
      '#!/bin/sh\ncase "$*" in *-T*) sleep 300 ;; esac\nexec /usr/sbin/sshd.real "$@"\n',
      0o755,
    );
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /web-2: failed: sshd -T gave no answer within 30 s/);
    await othersAreDone();
    await host.run("mv /usr/sbin/sshd.real /usr/sbin/sshd");
    assert.ok(await outcomes.isOriginal(host));
    assert.match(await fleet.up(), /recap: ok=2 changed=1/);
  });

  it("that is dead at destroy fails that alone; once the state has forgotten it destroy succeeds, and the host can be taken up again", async () => {
    const host = fleet.host(1);
    await fleet.up();
    await host.cutNetwork();
    const { code, output } = await fleet.stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /fleet-web-2 .*(dial|i\/o timeout)/);
    for (const index of [0, 2]) assert.ok(await outcomes.isOriginal(fleet.host(index)));
    const urns = await fleet.stack.expect(["stack", "--show-urns", "--stack", fleet.stack.name]);
    const [urn] = /urn:pulumi:\S+::fleet-web-2/.exec(urns) ?? [];
    await fleet.stack.expect(["state", "delete", String(urn), "--yes"]);
    await fleet.destroy();
    await host.restoreNetwork();
    assert.match(await fleet.up(), /recap: ok=1 changed=2/);
    await fleet.destroy();
    assert.ok(await outcomes.isOriginal(host));
  });
});
