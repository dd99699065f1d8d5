import fc from "fast-check";
import type { Suite } from "../../../hosts/images";
import { type Case, cases } from "./cases";
import { live, Property, Violation } from "./lifecycle";
import { Oracle } from "./oracle";
import type { Scope } from "./scopes";

/** A case for which a property does not hold. */
export interface Failure {
  suite: Suite;
  scope: Scope;
  property: Property;
  message: string;
  found: Case;
}

export interface Campaign {
  count: number;
  seconds: number;
  /** What was refused and why, where only the words of ours stand. */
  refused: Map<string, number>;
  failures: Failure[];
}

const SCOPES: Scope[] = ["server", "client", "user"];
/** A failing case is made smaller for as long as this. */
const SHRINKING = 90_000;

/** Takes that many configs, spread over releases and scopes, through their lives. */
export async function campaign(suites: readonly Suite[], wanted: number, seed: number): Promise<Campaign> {
  const start = Date.now();
  const refused = new Map<string, number>();
  const numRuns = Math.ceil(wanted / suites.length / SCOPES.length);
  const failures = await Promise.all(
    suites.map(async (suite) => {
      const oracle = await Oracle.start(suite);
      try {
        const found: Failure[] = [];
        for (const scope of SCOPES) found.push(...(await inScope(oracle, scope, { numRuns, seed }, refused)));
        return found;
      } finally {
        await oracle.stop();
      }
    }),
  );
  const count = numRuns * suites.length * SCOPES.length;
  return { count, seconds: Math.round((Date.now() - start) / 1000), refused, failures: failures.flat() };
}

async function inScope(
  oracle: Oracle,
  scope: Scope,
  runs: { numRuns: number; seed: number },
  refused: Map<string, number>,
): Promise<Failure[]> {
  const { suite } = oracle;
  const generated = cases(scope, suite);
  const found = new Map<Property, Failure & { index: number }>();
  for (const [index, one] of fc.sample(generated, runs).entries()) {
    const outcome = await tryLive(oracle, scope, one);
    if (typeof outcome === "string") refused.set(reason(outcome), (refused.get(reason(outcome)) ?? 0) + 1);
    if (!(outcome instanceof Error) || found.has(propertyOf(outcome))) continue;
    const property = propertyOf(outcome);
    found.set(property, { suite, scope, property, message: outcome.message, found: one, index });
  }
  const failures: Failure[] = [];
  for (const { index, ...failure } of found.values()) {
    const again = fc.asyncProperty(generated, async (one) => {
      const outcome = await tryLive(oracle, scope, one);
      if (outcome instanceof Error && propertyOf(outcome) === failure.property) throw outcome;
    });
    const shrinking = { ...runs, path: String(index), interruptAfterTimeLimit: SHRINKING };
    const { counterexample, errorInstance } = await fc.check(again, shrinking);
    if (!counterexample) failures.push(failure);
    else failures.push({ ...failure, message: (errorInstance as Error).message, found: counterexample[0] });
  }
  return failures;
}

async function tryLive(oracle: Oracle, scope: Scope, one: Case): Promise<string | undefined | Error> {
  try {
    return await live(oracle, scope, one);
  } catch (error) {
    return error as Error;
  }
}

function propertyOf(error: Error): Property {
  return error instanceof Violation ? error.property : Property.Judged;
}

function reason(refusal: string): string {
  return refusal
    .replace(/\/[^\s,;]+/g, "…")
    .replace(/"[^"]*"+[^"]*"?/g, "…")
    .replace(/ (?:\d\S*|(?:[A-Z]|server|client)[A-Za-z]*Alive\S+)/g, " …")
    .slice(0, 110);
}
