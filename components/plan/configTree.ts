import SSHConfig, { LineType } from "ssh-config";
import type { Observation } from "../observe";
import { KEYWORDS, type Role } from "../settings";
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
      const directive = parse(written);
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

interface Directive {
  keyword: string;
  values: string[];
}

/** Whether a section starts at this line. */
export function isHeader(line: string): boolean {
  return /^(host|match)$/i.test(parse(line)?.keyword ?? "");
}

/** One line as ssh-config reads it. It takes `Match` apart into pairs and fails on some; only the words matter here. */
function parse(line: string): Directive | undefined {
  const [, indent, keyword = "", rest = ""] =
    /^(\s*)"?(host|match|include|[a-z]*alive[a-z]*|setuptimeout)"?(?=[\s="])(.*)$/is.exec(line) ?? [];
  if (indent === undefined) return undefined;
  // Of the blanks that ssh-config knows, OpenSSH takes no other than these for one.
  const words = rest.replace(/\r/g, " ").replace(/[^\S \t]/g, "?");
  if (/^[ \t=]*(#|$)/.test(words)) return { keyword, values: [] };
  const [parsed] = SSHConfig.parse(`Host${words}`);
  if (parsed?.type !== LineType.DIRECTIVE) return undefined;
  const values = typeof parsed.value === "string" ? [parsed.value] : parsed.value.map(({ val }) => val);
  return { keyword, values: values.map((value) => value.replace(/^'(.*)'$/, "$1")) };
}

function enter(role: Role, outer: Scope, keyword: string, words: string[], written: string, header?: number): Scope {
  const matchAll = keyword === "match" && words.length === 1 && words[0]?.toLowerCase() === "all";
  const everybody =
    role === "client" &&
    (matchAll || (keyword === "host" && words.includes("*") && !words.some((w) => w.startsWith("!"))));
  const holds = everybody || (keyword === "host" ? namesHost(words, PROBE_HOST) : undefined);
  const probed = outer.probed === false || holds === false ? false : outer.probed && holds;
  if (outer.condition !== undefined) return { ...outer, probed, header: header ?? outer.header };
  return { condition: everybody ? undefined : written.trim(), probed, matchAll, header };
}

/** Whether the patterns of a Host line name a host: one does, and none that is negated. */
function namesHost(patterns: string[], host: string): boolean {
  const named = (pattern: string) => {
    const literal = pattern.toLowerCase().replace(/[^a-z0-9*?]/g, "\\$&");
    return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(host);
  };
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && named(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && named(pattern.slice(1)))
  );
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
