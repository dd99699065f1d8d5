import type { Role, Values } from "../settings";
import { renderBlock } from "./blocks";
import type { Setting } from "./configTree";
import type { Line } from "./lines";
import { Refusal } from "./refusal";

/** What a file holds but our own lines. */
export interface OthersLines {
  lines: Line[];
  /** What they set of the role's keywords, and what the files that they include set. */
  settings: Setting[];
  /** The file's size in bytes, our own lines counted in. */
  size: number;
  /** Whether the last of their lines has no line end. */
  unfinished: boolean;
}

/** Lines to put into a file before the byte `at`. */
export interface Insertion {
  at: number;
  lines: string[];
}

/**
 * sshd takes the first value of its global section, so ours come before the first directive, where nothing that
 * the file includes can come before them. Match blocks of others still override for those whom they match.
 */
export function placeServer(values: Values, others: OthersLines): Insertion[] {
  const override = others.settings.find(({ matchAll, keyword }) => matchAll && keyword in values);
  if (override)
    throw new Refusal(
      `${override.file}:${override.line} sets ${override.keyword} under "Match all", which overrides every other setting ` +
        "for everybody; remove that line or set the wanted value there",
    );
  const first = others.lines.find(({ text }) => !/^\s*(#|$)/.test(text));
  return [insertion("server", first?.start ?? others.size, settingLines(values), others)];
}

/**
 * ssh takes the first value too, but there a section for certain hosts is somebody's intention: ours is what holds for
 * all hosts, at the end of the file, or just before the line of others that holds for all hosts already.
 */
export function placeClient(values: Values, others: OthersLines): Insertion[] {
  const places = new Map<number, Values>();
  for (const [keyword, value] of Object.entries(values)) {
    const settings = others.settings.filter((setting) => setting.keyword === keyword);
    const at = placeKeyword(settings) ?? others.size;
    places.set(at, { ...places.get(at), [keyword]: value });
  }
  return [...places].map(([at, some]) => {
    const inGlobal = !others.lines.some(({ start, text }) => start < at && /^\s*(host|match)[\s=]/i.test(text));
    const bare = inGlobal && at < others.size;
    return insertion("client", at, bare ? settingLines(some) : ["Host *", ...settingLines(some, "    ")], others);
  });
}

/** Before the line that holds for all hosts, if there is one. */
function placeKeyword(settings: Setting[]): number | undefined {
  const general = settings.findIndex(({ condition }) => condition === undefined);
  const winner = settings[general];
  if (!winner) return undefined;
  const overtaken = settings.slice(0, general).find(({ before }) => before >= winner.before);
  if (overtaken)
    throw new Refusal(
      `${winner.file}:${winner.line} sets ${winner.keyword} for all hosts and can't be overridden without also overriding ` +
        `${overtaken.file}:${overtaken.line} ("${overtaken.condition}"); remove line ${winner.line} of ${winner.file}`,
    );
  return winner.before;
}

function settingLines(values: Values, indent = ""): string[] {
  return Object.entries(values).map(([keyword, value]) => `${indent}${keyword} ${value}`);
}

function insertion(role: Role, at: number, lines: string[], { size, unfinished }: OthersLines): Insertion {
  return { at, lines: renderBlock(role, lines, unfinished && at === size) };
}
