import { matchesWildcards, type OpenSshPart } from "../settings";
import { Note, renderBlock } from "./blocks";
import { settingsIn } from "./configTree";
import type { BareConfig } from "./ownFiles";
import { type Obstacle, obstacle } from "./precedence";
import { contentOf, type Spot, spotsOf, type Wish } from "./spots";

/** Lines of ours to put into a file before the byte `at`; a file that is not there is made. */
export interface Block {
  path: string;
  at: number;
  lines: string[];
}

/** Why a line of one keyword can't be put anywhere. */
export interface NoPlace {
  keyword: string;
  /** What is in the way at the last place that was tried; undefined where there is no place to try. */
  obstacle?: Obstacle;
  /** Where that was. */
  tried?: string;
}

/**
 * Finds the places where our lines win, and take no effect from lines of others that are to win. Each is tried in a
 * copy of the tree, so that there is one judge of what wins: see precedence.ts.
 *
 * @param bare the config without lines of ours.
 */
export function place(bare: BareConfig, part: OpenSshPart, wish: Wish): Block[] | NoPlace {
  const settings = settingsIn(bare);
  const chosen = new Map<string, Chosen[]>();
  for (const [keyword, value] of Object.entries(part.values)) {
    const of = (all: typeof settings) => all.filter((setting) => setting.keyword === keyword);
    let last: NoPlace = { keyword };
    const spot = spotsOf(bare, part, of(settings), wish).find((candidate) => {
      const tried = withBlock(bare, render(bare, [{ spot: candidate, keyword, value }]));
      const found = obstacle(part.role, of(settingsIn(tried)), wish.precedence);
      if (found) last = { keyword, obstacle: found, tried: candidate.path };
      return found === undefined;
    });
    if (!spot) return last;
    const key = `${spot.at} ${spot.path}`;
    chosen.set(key, [...(chosen.get(key) ?? []), { spot, keyword, value }]);
  }
  return [...chosen.values()].map((some) => render(bare, some));
}

interface Chosen {
  spot: Spot;
  keyword: string;
  value: number;
}

/** All that goes to one place. What is for all as it is comes before a section of ours, which it would belong to. */
function render(bare: BareConfig, some: Chosen[]): Block {
  const { path, at } = (some[0] as Chosen).spot;
  const headers = [...new Set([undefined, ...some.map(({ spot }) => spot.header)])];
  const lines = headers.flatMap((header) => {
    const settings = some.filter(({ spot }) => spot.header === header);
    const indent = header === undefined ? "" : "    ";
    const rendered = settings.map(({ keyword, value }) => `${indent}${keyword} ${value}`);
    return header === undefined ? rendered : [header, ...rendered];
  });
  const reset = some.flatMap(({ spot }) => spot.reset ?? [])[0];
  const content = contentOf(bare, path);
  const unfinished = content !== "" && !content.endsWith("\n") && at === content.length;
  const notes = [...(unfinished ? [Note.NewlineAdded] : []), ...madeNotes(bare, path)];
  return { path, at, lines: renderBlock(bare.role, reset === undefined ? lines : [...lines, reset], notes) };
}

/** Of a file that is not there, and of its folder where that is not there either. */
function madeNotes({ tree, notes }: BareConfig, path: string): Note[] {
  if (tree.files[path]?.state === "present") return notes.get(path) ?? [];
  const folder = path.slice(0, path.lastIndexOf("/"));
  return tree.folders.includes(folder) ? [Note.FileCreated] : [Note.FileCreated, Note.FolderCreated];
}

/** The tree as it would be with such lines in it. */
function withBlock(bare: BareConfig, { path, at, lines }: Block): BareConfig {
  const content = contentOf(bare, path);
  const file = bare.tree.files[path];
  const text = lines.map((line) => `${line}\n`).join("");
  const present = { state: "present", path, realPath: path, mode: "", owner: "", group: "", changed: "" } as const;
  const changed = {
    ...(file?.state === "present" ? file : present),
    content: content.slice(0, at) + text + content.slice(at),
  };
  const includes = Object.entries(bare.tree.includes).map(([pattern, paths]) => [
    pattern,
    names(pattern, path) ? [...new Set([...paths, path])].sort() : paths,
  ]);
  return {
    ...bare,
    tree: {
      ...bare.tree,
      files: { ...bare.tree.files, [path]: changed },
      includes: Object.fromEntries(includes),
    },
  };
}

/** Whether a pattern of an Include line names a path. What stands in brackets is taken for any one character. */
function names(pattern: string, path: string): boolean {
  const [wanted, parts] = [pattern.replace(/\[[^\]]+\]/g, "?").split("/"), path.split("/")];
  return wanted.length === parts.length && wanted.every((part, i) => matchesWildcards(part, parts[i] as string));
}
