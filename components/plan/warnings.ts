import { type OpenSshPart, Precedence } from "../settings";
import type { Setting } from "./configTree";
import { linesOf } from "./lines";
import { otherOwner } from "./otherOwner";
import type { FilePlan, Warning } from "./plannedPart";
import { inEffect, isGeneral, readingOrder } from "./precedence";
import { seconds } from "./values";

interface Standing {
  part: OpenSshPart;
  /** Of the role's keywords, those of ours among them. */
  settings: Setting[];
  files: FilePlan[];
  precedence: Precedence;
  settled: boolean;
}

/** Which lines of others stand in the way of what is wanted, and who else writes the files that ours are in. */
export function warningsOf({ part, settings, files, precedence, settled }: Standing): Warning[] {
  const owners = files
    .filter(({ hasLines }) => hasLines)
    .flatMap(({ path, content = "" }) => otherOwner(path, linesOf(content)));
  const lines = Object.keys(part.values).flatMap((keyword) => {
    const order = readingOrder(settings.filter((setting) => setting.keyword === keyword));
    const theirs = order.filter(({ own }) => !own);
    if (precedence === Precedence.Enforce) return settled ? [] : theirs.flatMap((line) => loses(line, part));
    const winning = part.role === "server" ? sectionsInEffect(theirs) : inEffect(order);
    const general = theirs.find((line) => (part.role === "server" ? line.condition === undefined : isGeneral(line)));
    return [
      ...winning.map((line) => wins(line, part)),
      ...(settled ? [] : generalLines(part, theirs, general).flatMap((line) => loses(line, part))),
    ];
  });
  return [...owners, ...lines];
}

/** Those of sshd's for some that come before one for all: the first one that is satisfied counts. */
function sectionsInEffect(theirs: Setting[]): Setting[] {
  const all = theirs.findIndex(({ matchAll }) => matchAll);
  return theirs.slice(0, all < 0 ? undefined : all).filter(({ condition }) => condition !== undefined);
}

/** Every line for all of sshd's is told of, of ssh's the first: the others had no effect before. */
function generalLines({ role }: OpenSshPart, theirs: Setting[], general: Setting | undefined): Setting[] {
  if (role === "server") return theirs.filter(({ condition }) => condition === undefined);
  return general ? [general] : [];
}

function wins({ keyword, value, file, line, condition }: Setting, { values }: OpenSshPart): Warning {
  const where = condition === undefined ? "" : ` under "${condition}"`;
  return {
    file,
    line,
    message: `sets ${keyword} ${value}${where}: it wins over ${values[keyword]} where that matches`,
  };
}

/** At the change that does it. */
function loses({ keyword, value, file, line, condition }: Setting, { values, hostPatterns }: OpenSshPart): Warning[] {
  if (seconds(value) === values[keyword]) return [];
  const where = condition === undefined ? "" : ` under "${condition}"`;
  const whom = hostPatterns ? ` for ${hostPatterns.join(" ")}` : "";
  return [{ file, line, message: `sets ${keyword} ${value}${where}: ours comes first, so it has no effect${whom}` }];
}
