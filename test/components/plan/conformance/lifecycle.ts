import { isDeepStrictEqual } from "node:util";
import { type PartPlan, Refusal } from "../../../../components/plan";
import { seconds } from "../../../../components/plan/values";
import { Precedence } from "../../../../components/settings";
import type { Case, Wish } from "./cases";
import { edited } from "./edits";
import { onlyGeneral } from "./general";
import { carriedOut, desiredOf, observed, planned, undone } from "./host";
import type { Files, Oracle } from "./oracle";
import { askAll, type InForce, isAbout, QUESTIONS } from "./questions";
import { SCOPES, type Scope } from "./scopes";

/** What has to be so, whatever the config. */
export enum Property {
  Wanted = "has the wanted values in force for all whom they are for, or a warning names the line that wins",
  Others = "has every other value in force as it was, for everybody, in every section",
  Again = "is left alone by a second plan",
  Undone = "is given back byte for byte, by the plan and by the markers alone",
  Kept = "keeps what others wrote meanwhile when it is given back",
  Refused = "is refused only with what to do",
  Judged = "is judged without an error",
}

/** What is not so. */
export class Violation extends Error {
  constructor(
    readonly property: Property,
    message: string,
  ) {
    super(`${property}: ${message}`);
  }
}

/** Takes a host through what is wanted of it; returns why it was refused, if it was. */
export async function live(
  oracle: Oracle,
  scope: Scope,
  { files, wish, next, edits }: Case,
): Promise<string | undefined> {
  oracle.write(files);
  const first = await tryPlan(oracle, wish);
  if (typeof first === "string") return first;
  const before = await askAll(oracle, scope);
  const yields = [wish, next].some((one) => one?.precedence === Precedence.Yield);
  if (yields) oracle.write(onlyGeneral(files, SCOPES[scope].base));
  const general = yields ? await askAll(oracle, scope) : before;
  const origin = { files, before, general };
  let after = (await change(oracle, scope, origin, files, wish, first)) as Files;
  let last = wish;
  const second = next && (await tryPlan(oracle, next));
  if (next && second !== undefined && typeof second !== "string") {
    const changed = await change(oracle, scope, origin, after, next, second);
    if (!changed) return undefined;
    after = changed;
    last = next;
  }
  const undo = { ...desiredOf(last), parts: [] };
  const observation = await observed(oracle, last);
  require(Property.Undone, carriedOut(after, planned(observation, undo, last)), files, "the plan of an undo");
  require(Property.Undone, undone(after), files, "the markers");
  const { withOurs, without } = edited(after, files, edits);
  require(Property.Kept, undone(withOurs), without, "the markers");
  return undefined;
}

interface Origin {
  files: Files;
  before: InForce[];
  general: InForce[];
}

/** Carries a plan out, and sees what comes of it. */
async function change(
  oracle: Oracle,
  scope: Scope,
  { files: origin, before, general }: Origin,
  now: Files,
  wish: Wish,
  part: PartPlan,
): Promise<Files | undefined> {
  const files = carriedOut(now, part);
  oracle.write(files);
  const after = await askAll(oracle, scope);
  for (const [i, question] of QUESTIONS[scope].entries()) {
    const [was, is, forAll] = [before[i], after[i], general[i]] as [InForce, InForce, InForce];
    const whom = `${question.by}: ${question.command.join(" ")}`;
    require(Property.Others, is.rest, was.rest, whom);
    for (const [keyword, value] of Object.entries(is.values)) {
      const wanted = isAbout(question, scope, wish.part.hostPatterns) ? wish.part.values[keyword] : undefined;
      const former = was.values[keyword];
      if (wanted === undefined) require(Property.Others, value, former, `${keyword} of ${whom}`);
      else if (wish.precedence === Precedence.Yield && former !== forAll.values[keyword] && isSet(former, was))
        require(Property.Others, value, former, `${keyword} of a section for ${whom}`);
      if (wanted === undefined || value === wanted) continue;
      if (wish.precedence === Precedence.Enforce || value !== former || !isWarnedOf(part, now, keyword, value))
        throw new Violation(Property.Wanted, `${keyword} is ${value} for ${whom}`);
    }
  }
  const again = await tryPlan(oracle, wish);
  if (typeof again === "string") {
    // Whether a section holds was hidden by ours that stood above it: the host finds that the values are not in force, and
    // puts everything back.
    if (now !== origin && /, which holds for .* and wins over ours/.test(again)) return undefined;
    throw new Violation(Property.Again, `it is refused: ${again}`);
  }
  require(Property.Again, carriedOut(files, again), files, "what a second plan changes");
  return files;
}

/** Whether a line sets a value: none of the generator sets the 300 seconds that Debian's ssh takes in batch mode. */
function isSet(value: number | undefined, { rest }: InForce): boolean {
  return value !== 300 || !/^batchmode yes$/m.test(rest);
}

function isWarnedOf({ warnings }: PartPlan, files: Files, keyword: string, value: number): boolean {
  return warnings.some(({ file = "", line = 0, message }) => {
    const [, named, set = ""] = /^sets (\S+) (\S+).*: it wins over/.exec(message) ?? [];
    return named === keyword && seconds(set) === value && files[file]?.split("\n")[line - 1]?.includes(set);
  });
}

async function tryPlan(oracle: Oracle, wish: Wish): Promise<PartPlan | string> {
  const observation = await observed(oracle, wish);
  try {
    const part = planned(observation, desiredOf(wish), wish);
    if (!part) throw new Error("nothing is planned");
    return part;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!/:\d+|line \d+|; /.test(error.message)) throw new Violation(Property.Refused, error.message);
    return error.message;
  }
}

function require(property: Property, is: unknown, wanted: unknown, what: string): void {
  if (isDeepStrictEqual(is, wanted)) return;
  const show = (value: unknown) => (typeof value === "object" ? JSON.stringify(value, null, 1) : String(value));
  throw new Violation(property, `${what}:\n--- is\n${show(is)}\n--- should be\n${show(wanted)}`);
}
