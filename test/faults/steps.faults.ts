import assert from "node:assert/strict";
import { effectiveOn, etcOf, Fleet, untilSettled, WANTED } from "../e2e/fleet";
import { Session } from "../e2e/session";
import { describeHosts, type Host } from "../hosts";
import { Outage } from "./outage";
import { clearTripwire, Fault, setTripwire, stepsOf } from "./tripwire";

const HOSTS = 10;
/** A run after others has a step or two less, as a folder is there already; so its last ones may not be met. */
const ENOUGH = 0.95;

interface Case {
  step: number;
  fault: Fault;
}

describeHosts("a run that is cut off at any of its steps", function () {
  this.timeout(1_800_000);
  let fleet: Fleet;
  let outages: Outage[];
  let tried = 0;
  const original = new Map<Host, string>();
  const done = new Map<Host, string>();

  before(async () => {
    fleet = await Fleet.create(HOSTS, ["bookworm", "bullseye"]);
    fleet.stack.configure(fleet.settings({ confirmTimeout: 15 }));
    for (const host of fleet.hosts) original.set(host, await etcOf(host));
    await fleet.up();
    for (const host of fleet.hosts) done.set(host, await etcOf(host));
    await fleet.destroy();
    outages = fleet.hosts.map((host) => new Outage(host));
  });
  after(async () => {
    const longest = Math.max(...(await Promise.all((outages ?? []).map((outage) => outage.stop()))));
    console.log(`    longest time without a greeting of sshd's: ${longest.toFixed(1)} s`);
    await fleet?.remove();
  });

  /** How many steps a run has on each host; releases differ by a few. */
  async function countSteps(run: () => Promise<unknown>): Promise<number> {
    await Promise.all(fleet.hosts.map((host) => setTripwire(host, 0, Fault.None)));
    await run();
    const counts = (await Promise.all(fleet.hosts.map(stepsOf))).map(({ length }) => length);
    await Promise.all(fleet.hosts.map(clearTripwire));
    return Math.min(...counts);
  }

  function casesFor(steps: number): Case[][] {
    const all = Array.from({ length: steps }, (_, i) => i + 1).flatMap((step) => [
      { step, fault: Fault.Killed },
      { step, fault: Fault.Disconnected },
    ]);
    return Array.from({ length: Math.ceil(all.length / HOSTS) }, (_, i) => all.slice(i * HOSTS, (i + 1) * HOSTS));
  }

  /** Every host has a fault of its own in a run that may fail; none of them is half-way after it, and all let one in. */
  async function runWith(cases: Case[], run: () => Promise<unknown>): Promise<void> {
    const hosts = fleet.hosts.slice(0, cases.length);
    await Promise.all(cases.map(({ step, fault }, i) => setTripwire(hosts[i] as Host, step, fault)));
    await run();
    await Promise.all(
      hosts.map(async (host, i) => {
        const what = `${host.name}, step ${cases[i]?.step}, ${cases[i]?.fault}`;
        const steps = await stepsOf(host);
        if (steps.length >= (cases[i]?.step ?? 0)) tried++;
        await untilSettled(host);
        await clearTripwire(host);
        assert.ok([original.get(host), done.get(host)].includes(await etcOf(host)), `${what}: ${steps.at(-1)}`);
        const session = await Session.open(host, "deploy");
        session.close();
      }),
    );
  }

  it("leaves every host as it was or done, with sshd answering; the next up reaches the goal, the next destroy gives back every byte", async () => {
    const applying = casesFor(await countSteps(() => fleet.up()));
    const undoing = casesFor(await countSteps(() => fleet.destroy()));
    for (let batch = 0; batch < Math.max(applying.length, undoing.length); batch++) {
      await runWith(applying[batch] ?? [], () => fleet.stack.run(["up", "--yes", "--skip-preview"]));
      await fleet.up();
      for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
      await runWith(undoing[batch] ?? [], () => fleet.stack.run(["destroy", "--yes", "--skip-preview"]));
      await fleet.destroy();
      for (const host of fleet.hosts) assert.equal(await etcOf(host), original.get(host), host.name);
    }
    const count = applying.flat().length + undoing.flat().length;
    console.log(`    ${tried} of ${count} faults at ${count / 2} steps were met, none lost a byte or a login`);
    assert.ok(tried >= count * ENOUGH, `${tried} of ${count} faults were met`);
  });
});
