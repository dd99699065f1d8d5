import assert from "node:assert/strict";
import { Crowd } from "../e2e/crowd";
import { effectiveOn, etcOf, Fleet, WANTED } from "../e2e/fleet";
import { Session } from "../e2e/session";
import { describeHosts, type Host } from "../hosts";
import { Outage } from "./outage";
import { HARMLESS, WAYS } from "./ways";

const COUNT = 20;
const ALL = [...WAYS, ...HARMLESS];

describeHosts(`${COUNT} hosts, of which ${WAYS.length} are broken, each in its own way`, function () {
  this.timeout(600_000);
  let fleet: Fleet;
  let crowd: Crowd;
  let outages: Outage[];
  const original = new Map<Host, string>();

  before(async () => {
    fleet = await Fleet.create(ALL.length, ["bookworm", "bullseye"]);
    // One kernel has no room for twenty systemds beside all else.
    crowd = new Crowd(fleet.folder, String(await fleet.host(0).read("/root/.ssh/authorized_keys")));
    const others: unknown[] = [];
    for (let i = ALL.length; i < COUNT; i++) others.push(await crowd.start(`crowd-${i}`, `127.1.2.${i}`));
    const settings = fleet.settings({ confirmTimeout: 30 });
    fleet.stack.configure({ ...settings, hosts: [...(settings.hosts as unknown[]), ...others] });
    for (const [i, { broken, what }] of ALL.entries()) {
      const { code, stderr } = await fleet.host(i).run(broken);
      assert.equal(code, 0, `${what}: ${stderr}`);
    }
    for (const host of fleet.hosts) original.set(host, await etcOf(host));
    outages = fleet.hosts.map((host) => new Outage(host));
  });
  after(async () => {
    const longest = Math.max(...(await Promise.all((outages ?? []).map((outage) => outage.stop()))));
    console.log(`    longest time without a greeting of sshd's: ${longest.toFixed(1)} s`);
    await crowd?.stop();
    await fleet?.remove();
  });

  it("all others are done; each cause is told, no byte of the broken ones is lost and their sshd answers", async () => {
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    const recap = `recap: ok=0 changed=${COUNT - WAYS.length} skipped=0 unreachable=0 failed=${WAYS.length}`;
    assert.ok(output.includes(recap), output);
    for (const [i, { what, said }] of WAYS.entries()) {
      const host = fleet.host(i);
      assert.match(`${what}: ${toldOf(host, output)}`, said);
      assert.equal(await etcOf(host), original.get(host), what);
    }
    for (const host of fleet.hosts) {
      const session = await Session.open(host, "deploy");
      session.close();
    }
    for (const host of fleet.hosts.slice(WAYS.length)) assert.deepEqual(await effectiveOn(host), WANTED);
  });

  it("mended, they are done by the next up, which changes no other", async () => {
    for (const [i, { mended, what }] of WAYS.entries()) {
      const { code, stderr } = await fleet.host(i).run(mended);
      assert.equal(code, 0, `${what}: ${stderr}`);
    }
    assert.match(await fleet.up(), new RegExp(`recap: ok=${COUNT - WAYS.length} changed=${WAYS.length}`));
    for (const host of fleet.hosts) assert.deepEqual(await effectiveOn(host), WANTED);
  });
});

/** What our report says of a host, or the engine where its command could not even leave a note. */
function toldOf({ name }: Host, output: string): string {
  const [, engine] = new RegExp(`Command \\(fleet-${name}\\):\\n(.*?)\\n\\n`, "s").exec(output) ?? [];
  const [, ours] = new RegExp(`^ +${name}:? failed: (.*)$`, "m").exec(output) ?? [];
  return engine ?? ours ?? "nothing";
}
