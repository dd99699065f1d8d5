import type { Observation } from "../observe";
import { KEYWORDS, matchesPatterns, parseLine, type Role } from "../settings";
import { type Line, linesOf } from "./lines";
import { Refusal } from "./refusal";

/** A line of others that sets one of a role's keywords. */
export interface Setting {
  /** As OpenSSH names it; Debian's aliases are named by what they stand for. */
  keyword: string;
  value: string;
  file: string;
  line: number;
  /** The Host or Match line that it stands under, as written; absent where it holds for everybody. */
  condition?: string;
  /** Whether the condition holds for the host that OpenSSH is asked about; only OpenSSH knows where it is a Match. */
  probed?: boolean;
  /** Whether that is `Match all`, which in sshd_config overrides the global section. */
  matchAll: boolean;
  /** Where something has to be put into the main file to be read before it, without cutting a section in two. */
  before: number;
}

/** The host that ssh is asked about, for which nobody writes a section. apply/transaction.sh and read.sh name it too. */
export const PROBE_HOST = "ssh-keepalive.invalid";

interface Scope {
  condition?: string;
  probed?: boolean;
  matchAll: boolean;
  /** Start of the section's header in the main file. */
  header?: number;
}

/**
 * Lists what a config and all it includes say of a role's keywords, in the order in which OpenSSH reads them.
 * Of the main file only the given lines count, which are those of others.
 *
 * @throws Refusal for what can't be followed, with file and line.
 */
export function settingsIn(role: Role, main: string, lines: Line[], observation: Observation): Setting[] {
  const names = new Map(
    KEYWORDS[role].flatMap(({ keyword, aliases }) =>
      [keyword, ...aliases].map((name) => [name.toLowerCase(), keyword]),
    ),
  );
  const found: Setting[] = [];
  const visit = (file: string, lines: Line[], outer: Scope, at: number | undefined, depth: number) => {
    if (depth > 16) throw new Refusal(`${file}: Include lines are nested more than 16 deep`);
    let scope = outer;
    for (const { number, text: written, start } of lines) {
      const directive = parseLine(written);
      if (!directive) continue;
      const before = at ?? scope.header ?? start;
      const keyword = directive.keyword.toLowerCase();
      if (keyword === "host" || keyword === "match")
        scope = enter(role, outer, keyword, directive.values, written, at === undefined ? start : undefined);
      else if (keyword === "include") {
        for (const pattern of directive.values) {
          for (const path of included(role, pattern, file, number, observation)) {
            const child = observation.files[path];
            if (child?.state === "present") visit(path, linesOf(child.content), scope, before, depth + 1);
            else if (child?.state === "unusable")
              throw new Refusal(`${path}, included by ${file}:${number}, ${child.reason}`);
          }
        }
      } else if (names.has(keyword))
        found.push({
          keyword: names.get(keyword) as string,
          value: directive.values.join(" "),
          file,
          line: number,
          condition: scope.condition,
          probed: scope.probed,
          matchAll: scope.matchAll,
          before,
        });
    }
  };
  visit(main, lines, { probed: true, matchAll: false }, undefined, 0);
  return found;
}

/** Whether a section starts at this line. */
export function isHeader(line: string): boolean {
  return /^(host|match)$/i.test(parseLine(line)?.keyword ?? "");
}

function enter(role: Role, outer: Scope, keyword: string, words: string[], written: string, header?: number): Scope {
  const matchAll = keyword === "match" && words.length === 1 && words[0]?.toLowerCase() === "all";
  const everybody =
    role === "client" &&
    (matchAll || (keyword === "host" && words.includes("*") && !words.some((w) => w.startsWith("!"))));
  const holds = everybody || (keyword === "host" ? matchesPatterns(words, PROBE_HOST) : undefined);
  const probed = outer.probed === false || holds === false ? false : outer.probed && holds;
  if (outer.condition !== undefined) return { ...outer, probed, header: header ?? outer.header };
  return { condition: everybody ? undefined : written.trim(), probed, matchAll, header };
}

function included(role: Role, pattern: string, file: string, line: number, observation: Observation): string[] {
  if (role === "client" && !pattern.startsWith("/"))
    throw new Refusal(
      `${file}:${line}: ssh looks for "${pattern}" in /etc/ssh, but in ~/.ssh when asked what is in force, so that can't be ` +
        "checked; write its path in full",
    );
  const absolute = pattern.startsWith("/") ? pattern : `/etc/ssh/${pattern}`;
  const paths = observation.includes[absolute];
  if (paths) return paths;
  throw new Refusal(`${file}:${line}: this Include can't be followed; write its path plainly`);
}
