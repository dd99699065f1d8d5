import assert from "node:assert/strict";
import { effectiveOn, Fleet, WANTED } from "../e2e/fleet";
import { describeHosts } from "../hosts";
import { APPLYING, goOn, Outcomes, type Point, pausedRun, UNDOING } from "./points";

const CANDIDATES = ".*.ssh-keepalive-*";

describeHosts("a host that loses its power in the middle of a run", function () {
  this.timeout(600_000);
  let fleet: Fleet;
  let outcomes: Outcomes;

  before(async () => {
    fleet = await Fleet.create(APPLYING.length, ["bookworm", "trixie"]);
    fleet.stack.configure(fleet.settings({ confirmTimeout: 15 }));
    outcomes = await Outcomes.of(fleet);
  });
  after(() => fleet?.remove());

  async function cutAt(points: Point[], command: "up" | "destroy"): Promise<string> {
    const hosts = fleet.hosts.slice(0, points.length);
    const controller = await pausedRun(fleet, command, hosts, points);
    await Promise.all(hosts.map((host) => host.powerCut()));
    const { code, output } = await controller.ended();
    assert.notEqual(code, 0);
    await goOn(hosts);
    // What was being prepared stays, under names that OpenSSH does not read, until the next run clears it away.
    for (const [i, host] of hosts.entries()) await outcomes.requireOneOf(host, points[i]?.what ?? "", CANDIDATES);
    return output;
  }

  it("boots with every file as it was or as wanted; the next preview tells of it, and up reaches the goal", async () => {
    const output = await cutAt(APPLYING, "up");
    for (const { name } of fleet.hosts) assert.match(output, new RegExp(`${name}.* failed`));
    assert.match(await fleet.preview(), /the last change was cut off/);
    await fleet.up();
    for (const host of fleet.hosts) {
      assert.deepEqual(await effectiveOn(host), WANTED);
      assert.equal((await host.run(`find /etc -name '${CANDIDATES}'`)).stdout, "");
    }
    assert.match(await fleet.up(), new RegExp(`recap: ok=${fleet.hosts.length} changed=0`));
  });

  it("so too while it is undone, and the next destroy gives every byte back", async () => {
    await cutAt(UNDOING, "destroy");
    await fleet.destroy();
    for (const host of fleet.hosts) assert.ok(await outcomes.isOriginal(host), host.name);
  });
});
