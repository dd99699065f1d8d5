import assert from "node:assert/strict";
import fc from "fast-check";
import { plan, Refusal, type RolePlan } from "../../../components/plan";
import { findOwnLines, setsExactly } from "../../../components/plan/blocks";
import type { DesiredRoles, Role, Values } from "../../../components/settings";
import { type Config, configs, SPECIFIC } from "./configs";
import { OpenSsh } from "./openssh";

const DESIRED: Record<Role, Values> = {
  server: { ClientAliveInterval: 60, ClientAliveCountMax: 2 },
  client: { ServerAliveInterval: 60, ServerAliveCountMax: 2 },
};
/** Users of a server and hosts of a client for whom a section may say something else. */
const SOME: Record<Role, string[]> = { server: ["backup", "www"], client: ["a.example", "b.example", "c.other"] };
const RUNS = { numRuns: 40 };

describe("any config, as OpenSSH judges it", () => {
  let openssh: OpenSsh;
  before(() => {
    openssh = new OpenSsh();
  });
  after(() => openssh.remove());

  function planRole(role: Role, desired: Values | undefined, { content, included }: Config): RolePlan {
    const wanted: DesiredRoles = desired ? { [role]: desired } : {};
    const [planned] = plan(wanted, openssh.observe(role, content, included), openssh.paths).roles;
    assert.ok(planned);
    return planned;
  }

  /** Checks a property of whatever is planned; a config that is refused is left as it is, and has every property. */
  function holds(role: Role, desired: fc.Arbitrary<Values>, check: (config: Config, planned: RolePlan) => void): void {
    let planned = 0;
    const judge = (config: Config, values: Values) => {
      let result: RolePlan;
      try {
        result = planRole(role, values, config);
      } catch (error) {
        if (error instanceof Refusal) return;
        throw error;
      }
      planned++;
      check(config, result);
    };
    fc.assert(fc.property(configs(role, openssh.pattern(role)), desired, judge), RUNS);
    assert.ok(planned > RUNS.numRuns / 4, `only ${planned} configs of ${RUNS.numRuns} were not refused`);
  }

  for (const role of ["server", "client"] as Role[]) {
    const [interval, countMax] = Object.entries(DESIRED[role]) as [[string, number], [string, number]];
    const desired = fc.constantFrom(DESIRED[role], { [interval[0]]: interval[1] }, { [countMax[0]]: countMax[1] });
    const lower = (values: Values) =>
      Object.entries(values).map(([keyword, value]) => [keyword.toLowerCase(), value] as const);

    describe(`of the ${role}`, () => {
      it("has the wanted values in force afterwards, and every other one as before", () => {
        holds(role, desired, ({ content, included }, planned) => {
          const before = openssh.effective(role, content, included);
          const now = openssh.effective(role, planned.result, included);
          assert.deepEqual(now.keepalive, { ...before.keepalive, ...Object.fromEntries(lower(planned.desired ?? {})) });
          assert.deepEqual(now.rest, before.rest);
        });
      }).timeout(20_000);

      it("still has what others set for certain hosts or users, and ours for all the rest", () => {
        holds(role, desired, ({ content, included }, planned) => {
          for (const whom of SOME[role]) {
            const before = openssh.effective(role, content, included, whom);
            const now = openssh.effective(role, planned.result, included, whom);
            const expected = lower(planned.desired ?? {}).map(([keyword, value]) => {
              const was = before.keepalive[keyword] ?? 0;
              return [keyword, was >= SPECIFIC ? was : value];
            });
            assert.deepEqual(now.keepalive, { ...before.keepalive, ...Object.fromEntries(expected) }, whom);
            assert.deepEqual(now.rest, before.rest, whom);
          }
        });
      }).timeout(20_000);

      it("is left alone by a second plan", () => {
        holds(role, desired, ({ included }, { desired, result }) => {
          assert.deepEqual(planRole(role, desired, { content: result, included }).splices, []);
        });
      }).timeout(20_000);

      it("is given back byte for byte, with what others wrote above and below meanwhile", () => {
        const above = "# by the auditors\n";
        const below = "\n# by the auditors\n";
        holds(role, desired, ({ content, included }, { result }) => {
          const undo = (content: string) => planRole(role, undefined, { content, included }).result;
          assert.equal(undo(result), content);
          assert.equal(undo(above + result), above + content);
          // What we had to add becomes theirs once they write below it.
          const newline = result.includes("; newline added before") ? "\n" : "";
          assert.equal(undo(result + below), content + newline + below);
        });
      }).timeout(20_000);

      it("has exactly one setting of ours for each wanted one after the wanted values changed", () => {
        holds(role, desired, ({ included }, { desired = {}, result }) => {
          const changed = Object.fromEntries(Object.keys(desired).map((keyword) => [keyword, 75]));
          const again = planRole(role, changed, { content: result, included }).result;
          assert.ok(setsExactly(findOwnLines(again), changed), again);
        });
      }).timeout(20_000);
    });
  }
});
