import type { ObservedTree } from "../observe";
import { type Alias, KEYWORDS, type OpenSshRole, parseLine } from "../settings";
import { findOwnLines } from "./blocks";
import { type Line, linesOf } from "./lines";
import type { Sources } from "./plannedPart";
import { Refusal } from "./refusal";
import { enter, GLOBAL, type Section } from "./sections";
import { isOlder } from "./values";

/** A config: its main file, and all that it includes. */
export interface Config {
  role: OpenSshRole;
  /** Of OpenSSH, as it tells it: `OpenSSH_9.2p1`. */
  version: string;
  main: string;
  /** The folder of Include lines that name no other, and of a user's config the home. */
  base: string;
  home?: string;
  /** The host that ssh is asked about. */
  probe: string;
  /** Whether ssh is asked about it by its name, and so takes relative Include lines for a user's. */
  named?: boolean;
  tree: ObservedTree;
  /** Of a user's: the system's, which ssh reads after it. */
  system?: Config;
}

/** A line that sets one of a role's keywords. */
export interface Setting extends Omit<Section, "header"> {
  /** As OpenSSH names it; Debian's aliases are named by what they stand for. */
  keyword: string;
  value: string;
  file: string;
  line: number;
  own: boolean;
  /** Whether that is in the system's files, which ssh reads after a user's. */
  system?: boolean;
  place: Place;
}

/** Where something has to be put into the main file to be read before a line. */
export interface Place {
  /** Right before it, or before the Include line that leads to it. */
  line: number;
  /** Before the section in which that stands, so that it is not cut in two. */
  section: number;
}

/** OpenSSH's own limit, and one for trees that are made to be followed forever. */
const [MOST_DEPTH, MOST_BYTES] = [16, 2 << 20];

/**
 * Lists what a config and all it includes say of a role's keywords, in the order in which OpenSSH reads them. What the
 * system says of a user's matters, and is listed, where some of the user's lines have to wait for ssh's second round.
 *
 * @throws Refusal for what can't be followed, with file and line.
 */
export function settingsIn(config: Config): Setting[] {
  const names = new Map(
    KEYWORDS[config.role].flatMap(({ keyword, aliases }) =>
      [keyword, ...namesIn(config.version, aliases)].map((name) => [name.toLowerCase(), keyword]),
    ),
  );
  const found: Setting[] = [];
  walk(config, ({ file, line, keyword, values, section: { header, ...section }, place, own }) => {
    const named = names.get(keyword);
    if (named === undefined) return;
    found.push({ ...section, keyword: named, value: values.join(" "), file, line: line.number, own, place });
  });
  if (config.system && found.some(({ late }) => late))
    found.push(...settingsIn(config.system).map((setting) => ({ ...setting, own: false, system: true })));
  return found;
}

function namesIn(version: string, aliases: Alias[]): string[] {
  return aliases.filter(({ until }) => until === undefined || isOlder(version, ...until)).map(({ name }) => name);
}

/** The folders that an Include line of the main file names as `FOLDER/*.conf` for everybody, in the order in which they are read. */
export function dropInFolders(config: Config): string[] {
  const found: string[] = [];
  walk(config, ({ file, keyword, values, section: { condition, matchAll, late }, own }) => {
    if (keyword !== "include" || file !== config.main || own || condition !== undefined || matchAll || late) return;
    for (const pattern of values) {
      const folder = absolute(config, pattern).replace(/\/\*\.conf$/, "");
      if (config.tree.folders.includes(folder) && pattern.endsWith("/*.conf")) found.push(folder);
    }
  });
  return found;
}

/** The files that a config is read from, by the names by which they are included, and the patterns by which more may come. */
export function sourcesOf(config: Config): Sources {
  const paths = new Set([config.main]);
  const found: Sources = { files: [], includes: {} };
  // A set is gone through to its end also where it grows.
  for (const path of paths) {
    const file = config.tree.files[path];
    const content = file?.state === "present" ? file.content : undefined;
    found.files.push({ path, content });
    for (const { text } of linesOf(content ?? "")) {
      const { values } = (/^[ \t]*"?include\b/i.test(text) && parseLine(text)) || { values: [] };
      for (const pattern of values.map((value) => absolute(config, value))) {
        const included = config.tree.includes[pattern] ?? [];
        for (const one of included) paths.add(one);
        // The name of such a file may not be what is told of it.
        if (included.every((one) => config.tree.files[one]?.state !== "unusable")) found.includes[pattern] = included;
      }
    }
  }
  return found;
}

/** The first line of a keyword that holds for everybody or for some: `ChannelTimeout`, say. */
export function placeOf(config: Config, wanted: string): { file: string; line: number } | undefined {
  let found: { file: string; line: number } | undefined;
  walk(config, ({ file, line, keyword }) => {
    if (keyword === wanted.toLowerCase()) found ??= { file, line: line.number };
  });
  return found;
}

/** Whether ssh reads the config a second time for every host, as any `Match final` makes it do. */
export function hasSecondRound({ tree }: Config): boolean {
  return Object.values(tree.files).some(
    (file) => file.state === "present" && /^[ \t]*"?match\b.*[ \t=]!?final([ \t\r]|$)/im.test(file.content),
  );
}

interface Visited {
  file: string;
  line: Line;
  /** In lower case. */
  keyword: string;
  values: string[];
  section: Section;
  place: Place;
  own: boolean;
}

/** Calls for every directive but Host and Match, in the order in which OpenSSH reads them. */
function walk(config: Config, visit: (directive: Visited) => void): void {
  const { role, probe, tree } = config;
  const probed = { role, probe, renames: givesNames(config) };
  let entered = 0;
  const enterFile = (file: string, outer: Section, from: Place | undefined, depth: number): void => {
    const observed = tree.files[file];
    if (observed?.state !== "present") return;
    entered += observed.content.length + 1;
    if (entered > MOST_BYTES)
      throw new Refusal(`${file}: Include lines make a config of more than ${MOST_BYTES} bytes; see what includes it`);
    const ranges = findOwnLines(observed.content).ranges;
    let section = outer;
    for (const line of linesOf(observed.content)) {
      const directive = parseLine(line.text);
      if (!directive) continue;
      const keyword = directive.keyword.toLowerCase();
      const { values } = directive;
      const own = ranges.some(({ start, end }) => start <= line.start && line.end <= end);
      if (keyword === "host" || keyword === "match") {
        const start = from === undefined ? line.start : undefined;
        section = enter(probed, outer, { keyword, words: values, written: line.text, start, own });
        continue;
      }
      const place = from ?? { line: line.start, section: section.header ?? line.start };
      visit({ file, line, keyword, values, section, place, own });
      if (keyword !== "include") continue;
      for (const pattern of values)
        for (const path of included(config, pattern, file, line.number)) {
          const child = tree.files[path];
          if (child?.state === "unusable")
            throw new Refusal(`${path}, included by ${file}:${line.number}, ${child.reason}; mend that, or that line`);
          if (depth === MOST_DEPTH)
            throw new Refusal(
              `${file}:${line.number}: this Include is nested more than ${MOST_DEPTH} deep, which OpenSSH does not follow; ` +
                "take it out: most often a file includes itself",
            );
          enterFile(path, section, place, depth + 1);
        }
    }
  };
  enterFile(config.main, GLOBAL, undefined, 0);
}

/** Whether some line may give the host that is asked about another name, by which `Match host` then goes. */
function givesNames({ tree }: Config): boolean {
  return Object.values(tree.files).some(
    (file) => file.state === "present" && /^[ \t]*"?hostname\b/im.test(file.content),
  );
}

function absolute({ base, home }: Config, pattern: string): string {
  if (pattern.startsWith("/")) return pattern;
  if (home !== undefined && pattern.startsWith("~/")) return `${home}/${pattern.slice(2)}`;
  return `${base}/${pattern}`;
}

function included(config: Config, pattern: string, file: string, line: number): string[] {
  if (config.named && !pattern.startsWith("/"))
    throw new Refusal(
      `${file}:${line}: ssh looks for "${pattern}" in /etc/ssh, but in ~/.ssh when asked what is in force, so that can't be ` +
        "checked; write its path in full",
    );
  // What a newer ssh puts in there depends on the user and the host that it is asked about.
  const paths = /[%$]|^~[^/]/.test(pattern) ? undefined : config.tree.includes[absolute(config, pattern)];
  if (paths) return paths;
  throw new Refusal(`${file}:${line}: this Include can't be followed; write its path plainly`);
}
