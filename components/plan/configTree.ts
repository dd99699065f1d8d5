import SSHConfig, { LineType } from "ssh-config";
import type { Observation } from "../observe";
import { KEYWORDS, type Role } from "../settings";
import { type Line, linesOf } from "./lines";

/** A line of others that sets one of a role's keywords. */
export interface Setting {
  /** As OpenSSH names it; Debian's aliases are named by what they stand for. */
  keyword: string;
  value: string;
  file: string;
  line: number;
  /** The Host or Match line that it stands under, as written; absent where it holds for everybody. */
  condition?: string;
  /** Whether that is `Match all`, which in sshd_config overrides the global section. */
  matchAll: boolean;
  /** Where something has to be put into the main file to be read before it, without cutting a section in two. */
  before: number;
}

/** Why a config can't be followed. */
export class ConfigError extends Error {}

interface Scope {
  condition?: string;
  matchAll: boolean;
  /** Start of the section's header in the main file. */
  header?: number;
}

/**
 * Lists what a config and all it includes say of a role's keywords, in the order in which OpenSSH reads them.
 * Of the main file only the given lines count, which are those of others.
 *
 * @throws ConfigError for what can't be followed, with file and line.
 */
export function settingsIn(role: Role, main: string, lines: Line[], observation: Observation): Setting[] {
  const names = new Map(
    KEYWORDS[role].flatMap(({ keyword, aliases }) =>
      [keyword, ...aliases].map((name) => [name.toLowerCase(), keyword]),
    ),
  );
  const found: Setting[] = [];
  const visit = (file: string, lines: Line[], outer: Scope, at: number | undefined, depth: number) => {
    if (depth > 16) throw new ConfigError(`${file}: Include lines are nested more than 16 deep`);
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
          for (const path of included(pattern, file, number, observation)) {
            const child = observation.files[path];
            if (child?.state === "present") visit(path, linesOf(child.content), scope, before, depth + 1);
            else if (child?.state === "unusable")
              throw new ConfigError(`${path}, included by ${file}:${number}, ${child.reason}`);
          }
        }
      } else if (names.has(keyword))
        found.push({
          keyword: names.get(keyword) as string,
          value: directive.values.join(" "),
          file,
          line: number,
          condition: scope.condition,
          matchAll: scope.matchAll,
          before,
        });
    }
  };
  visit(main, lines, { matchAll: false }, undefined, 0);
  return found;
}

interface Directive {
  keyword: string;
  values: string[];
}

/** One line as ssh-config reads it. It takes `Match` apart into pairs and fails on some; only the words matter here. */
function parse(line: string): Directive | undefined {
  const [, indent, keyword = "", rest = ""] =
    /^(\s*)"?(host|match|include|[a-z]*alive[a-z]*|setuptimeout)"?(?=[\s="])(.*)$/i.exec(line) ?? [];
  if (indent === undefined) return undefined;
  const [parsed] = SSHConfig.parse(`Host${rest}`);
  if (parsed?.type !== LineType.DIRECTIVE) return undefined;
  const values = typeof parsed.value === "string" ? [parsed.value] : parsed.value.map(({ val }) => val);
  return { keyword, values };
}

function enter(role: Role, outer: Scope, keyword: string, words: string[], written: string, header?: number): Scope {
  const matchAll = keyword === "match" && words.length === 1 && words[0]?.toLowerCase() === "all";
  const everybody =
    role === "client" &&
    (matchAll || (keyword === "host" && words.includes("*") && !words.some((w) => w.startsWith("!"))));
  if (outer.condition !== undefined) return { ...outer, header: header ?? outer.header };
  return { condition: everybody ? undefined : written.trim(), matchAll, header };
}

function included(pattern: string, file: string, line: number, observation: Observation): string[] {
  const absolute = pattern.startsWith("/") ? pattern : `/etc/ssh/${pattern}`;
  const paths = observation.includes[absolute];
  if (paths) return paths;
  throw new ConfigError(`${file}:${line}: this Include can't be followed; write its path plainly`);
}
