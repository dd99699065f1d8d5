import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { effectiveOn, Fleet, WANTED } from "../e2e/fleet";
import { describeHosts } from "../hosts";
import { APPLYING, goOn, Outcomes, type Point, pausedRun, READING, UNDOING } from "./points";

const UP = ["up", "--yes", "--skip-preview"];
const RENAME = APPLYING[1] as Point;

describeHosts("a controller that is gone in the middle of a run", function () {
  this.timeout(600_000);
  let fleet: Fleet;
  let outcomes: Outcomes;

  before(async () => {
    fleet = await Fleet.create(APPLYING.length, ["bookworm", "trixie"]);
    fleet.stack.configure(fleet.settings({ confirmTimeout: 15 }));
    outcomes = await Outcomes.of(fleet);
  });
  after(() => fleet?.remove());
  afterEach(() => goOn(fleet.hosts));

  async function killedAt(points: Point[], command: "up" | "destroy"): Promise<void> {
    const hosts = fleet.hosts.slice(0, points.length);
    const controller = await pausedRun(fleet, command, hosts, points);
    await controller.kill();
    await goOn(hosts);
    for (const [i, host] of fleet.hosts.entries()) await outcomes.requireOneOf(host, points[i]?.what ?? "no fault");
    const locked = await fleet.stack.run(UP);
    assert.match(locked.output, /the stack is currently locked/);
    await fleet.stack.expect(["cancel", "--yes"]);
  }

  it("by kill -9 while it reads: no host is touched; after pulumi cancel up reaches the goal", async () => {
    await killedAt(
      fleet.hosts.map(() => ({ what: "while reading", call: READING })),
      "up",
    );
    for (const host of fleet.hosts) assert.ok(await outcomes.isOriginal(host), host.name);
    await fleet.up();
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
    await fleet.destroy();
  });

  it("by kill -9 while hosts apply, each at another point: none is half-way; after pulumi cancel up reaches the goal", async () => {
    await killedAt(APPLYING, "up");
    await fleet.up();
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
    assert.match(await fleet.up(), new RegExp(`recap: ok=${fleet.hosts.length} changed=0`));
  });

  it("by kill -9 right after the reload: an up that follows at once confirms over its own fresh login, and nothing goes back", async () => {
    await fleet.destroy();
    const hosts = [fleet.host(0)];
    const controller = await pausedRun(fleet, "up", hosts, [{ what: "", call: "^mv .*/journal\\.lock$" }]);
    await controller.kill();
    await goOn(hosts);
    await fleet.stack.expect(["cancel", "--yes"]);
    const output = await fleet.up();
    assert.match(output, /no fresh login has confirmed the last change yet; it is confirmed by this run/);
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
    await sleep(20_000);
    assert.match(await fleet.up(), new RegExp(`recap: ok=${fleet.hosts.length} changed=0`));
  });

  it("by kill -9 while hosts are undone, each at another point: none is half-way; after pulumi cancel destroy gives every byte back", async () => {
    await killedAt(UNDOING, "destroy");
    await fleet.destroy();
    for (const host of fleet.hosts) assert.ok(await outcomes.isOriginal(host), host.name);
  });

  it("by one Ctrl-C: what has begun is carried to its end and recorded, and the next up does the rest", async () => {
    const controller = await pausedRun(fleet, "up", [fleet.host(0)], [RENAME]);
    controller.interrupt();
    await goOn([fleet.host(0)]);
    assert.notEqual((await controller.ended()).code, 0);
    for (const host of fleet.hosts) await outcomes.requireOneOf(host, "interrupted once");
    await fleet.up();
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
    await fleet.destroy();
  });

  it("by two: the run ends at once, hosts go back by themselves, and the next up reaches the goal", async () => {
    const controller = await pausedRun(fleet, "up", [fleet.host(0)], [RENAME]);
    controller.interrupt();
    controller.interrupt();
    assert.notEqual((await controller.ended()).code, 0);
    await goOn([fleet.host(0)]);
    for (const host of fleet.hosts) await outcomes.requireOneOf(host, "interrupted twice");
    await fleet.stack.run(["cancel", "--yes"]);
    await fleet.up();
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
  });

  it("with its state: a new stack of the same owner takes done hosts over as they are, and its destroy gives every byte back", async () => {
    const stack = await fleet.anotherStack({ confirmTimeout: 15 });
    assert.match(await stack.expect(UP), new RegExp(`recap: ok=${fleet.hosts.length} changed=0`));
    await stack.expect(["destroy", "--yes", "--skip-preview"]);
    for (const host of fleet.hosts) assert.ok(await outcomes.isOriginal(host), host.name);
    // The lost one's is still here, and finds nothing left to undo.
    await fleet.destroy();
  });

  it("with another at work on the same hosts: every host is done by one, and the other's says who was", async () => {
    const other = await fleet.anotherStack({ confirmTimeout: 15 });
    const first = await pausedRun(
      fleet,
      "up",
      fleet.hosts,
      fleet.hosts.map(() => RENAME),
    );
    const { code, output } = await other.run(UP);
    assert.notEqual(code, 0);
    assert.match(output, /another run is at work here or waits for its confirmation \(process \d+\)/);
    await goOn(fleet.hosts);
    assert.equal((await first.ended()).code, 0);
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
    assert.match(await other.expect(UP), new RegExp(`recap: ok=${fleet.hosts.length} changed=0`));
    await fleet.destroy();
  });
});
