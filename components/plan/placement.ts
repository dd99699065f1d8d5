import type { Role, Values } from "../settings";
import { renderBlock } from "./blocks";
import type { Setting } from "./configTree";
import { linesOf } from "./lines";
import { Refusal } from "./refusal";

/** Lines to put into a file before the byte `at`. */
export interface Insertion {
  at: number;
  lines: string[];
}

/**
 * sshd takes the first value of its global section, so ours come before the first directive, where nothing that
 * the file includes can come before them. Match blocks of others still override for those whom they match.
 */
export function placeServer(content: string, values: Values, others: Setting[]): Insertion[] {
  const override = others.find(({ matchAll, keyword }) => matchAll && keyword in values);
  if (override)
    throw new Refusal(
      `${override.file}:${override.line} sets ${override.keyword} under "Match all", which overrides every other setting ` +
        "for everybody; remove that line or set the wanted value there",
    );
  const first = linesOf(content).find(({ text }) => !/^\s*(#|$)/.test(text));
  return [insertion("server", first?.start ?? content.length, settingLines(values), content)];
}

/**
 * ssh takes the first value too, but there a section for certain hosts is somebody's intention: ours is what holds for
 * all hosts, at the end of the file, or just before the line of others that holds for all hosts already.
 */
export function placeClient(content: string, values: Values, others: Setting[]): Insertion[] {
  const places = new Map<number, Values>();
  for (const [keyword, value] of Object.entries(values)) {
    const at = placeKeyword(
      content,
      others.filter((setting) => setting.keyword === keyword),
    );
    places.set(at, { ...places.get(at), [keyword]: value });
  }
  return [...places].map(([at, some]) => {
    const inGlobal = !linesOf(content).some(({ start, text }) => start < at && /^\s*(host|match)[\s=]/i.test(text));
    const bare = inGlobal && at < content.length;
    return insertion("client", at, bare ? settingLines(some) : ["Host *", ...settingLines(some, "    ")], content);
  });
}

function placeKeyword(content: string, others: Setting[]): number {
  const general = others.findIndex(({ condition }) => condition === undefined);
  const winner = others[general];
  if (!winner) return content.length;
  const overtaken = others.slice(0, general).find(({ before }) => before >= winner.before);
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

function insertion(role: Role, at: number, lines: string[], content: string): Insertion {
  const unfinished = at === content.length && content !== "" && !content.endsWith("\n");
  return { at, lines: renderBlock(role, lines, unfinished) };
}
