import assert from "node:assert/strict";
import { describeHosts, wantedSuites } from "../../hosts";
import { type Campaign, campaign, type Failure } from "./conformance/campaign";
import { Property } from "./conformance/lifecycle";

const { CONFORMANCE_CASES, CONFORMANCE_SEED } = process.env;
const CASES = Number(CONFORMANCE_CASES || 1000);
/** The same each time, unless more is asked for: then what others ran before is of no use. */
const SEED = Number(CONFORMANCE_SEED || (CONFORMANCE_CASES ? Date.now() % 1_000_000_000 : 1));
/** Of configs this odd. */
const MOST_REFUSED = 0.35;

describeHosts("any config, as real releases of OpenSSH judge it,", function () {
  this.timeout(24 * 3600_000);
  let result: Campaign;
  before(async () => {
    result = await campaign(wantedSuites(), CASES, SEED);
    const { count, seconds, refused } = result;
    console.log(`conformance: ${count} cases, seed ${SEED}, ${seconds} s, ${wantedSuites().join(", ")}`);
    const byCount = [...refused].sort(([, a], [, b]) => b - a);
    for (const [reason, times] of byCount.slice(0, 12)) console.log(`conformance: refused ${times}: ${reason}`);
  });

  for (const property of Object.values(Property))
    it(property, () => {
      const failures = result.failures.filter((failure) => failure.property === property);
      assert.deepEqual(failures.map(shown), []);
    });

  it("is refused only now and then", () => {
    const refused = [...result.refused.values()].reduce((sum, times) => sum + times, 0);
    console.log(`conformance: ${refused} of ${result.count} refused`);
    assert.ok(refused < result.count * MOST_REFUSED, `${refused} of ${result.count}`);
  });
});

function shown({ suite, scope, message, found }: Failure): string {
  const { files, ...wanted } = found;
  const texts = Object.entries(files).map(([path, content]) => `${path}: ${JSON.stringify(content)}`);
  return [`${suite}, ${scope}, seed ${SEED}: ${message}`, ...texts, JSON.stringify(wanted)].join("\n");
}
