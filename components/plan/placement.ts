import type { Role, Values } from "../settings";
import { type OwnLines, renderBlock } from "./blocks";
import { isHeader, type Setting } from "./configTree";
import type { Line } from "./lines";
import { Refusal } from "./refusal";

/** A client's keywords where nobody sets them. */
const DEFAULTS: Values = { ServerAliveInterval: 0, ServerAliveCountMax: 3 };

/** What a file holds: our own lines and those of others. */
export interface FileLines {
  own: OwnLines;
  /** Those of others. */
  lines: Line[];
  /** What they set of the role's keywords, and what the files that they include set. */
  settings: Setting[];
  /** The file's size in bytes. */
  size: number;
  /** Whether the last line of others has no line end. */
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
export function placeServer(values: Values, others: FileLines): Insertion[] {
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
export function placeClient(values: Values, others: FileLines, reported: Values): Insertion[] {
  const places = new Map<number, Values>();
  for (const [keyword, value] of Object.entries(values)) {
    const settings = others.settings.filter((setting) => setting.keyword === keyword);
    const at = placeKeyword(settings) ?? others.size;
    refuseWhatCannotWin(settings, others.own, reported[keyword]);
    places.set(at, { ...places.get(at), [keyword]: value });
  }
  return [...places].map(([at, some]) => {
    const inGlobal = !others.lines.some(({ start, text }) => start < at && isHeader(text));
    const bare = inGlobal && at < others.size;
    return insertion("client", at, bare ? settingLines(some) : ["Host *", ...settingLines(some, "    ")], others);
  });
}

/** The settings for certain hosts that win over what holds for all hosts, as they are read before it. */
export function specificOf(settings: Setting[]): Setting[] {
  const general = settings.findIndex(({ condition }) => condition === undefined);
  return general < 0 ? settings : settings.slice(0, general);
}

/** Whether such a setting stands below ours, where it has no effect any more. */
export function overtakes({ own, settings }: FileLines): boolean {
  return own.settings.some(({ keyword, start }) =>
    specificOf(settings.filter((setting) => sameKeyword(setting, keyword))).some(({ before }) => before > start),
  );
}

/** Refuses where ours would come after a section that holds for whatever host ssh is asked about, or before a final one. */
function refuseWhatCannotWin(settings: Setting[], own: OwnLines, reported: number | undefined): void {
  const specific = specificOf(settings);
  const late = specific.find(({ condition = "" }) => /^match\s(.*\s)?!?(final|canonical)(\s|$)/i.test(condition));
  if (late)
    throw new Refusal(
      `${late.file}:${late.line} sets ${late.keyword} under "${late.condition}", which ssh reads after all else, so that ours ` +
        "would override it; set it under a Host line instead",
    );
  const { keyword = "" } = specific[0] ?? {};
  const explained = [
    ...own.settings.filter((setting) => sameKeyword(setting, keyword)).map(({ value }) => value),
    settings[specific.length]?.value ?? String(DEFAULTS[keyword]),
  ];
  const isExplained = explained.some((value) => seconds(value) === reported);
  const winner = specific.find(({ probed, value }) => probed ?? (!isExplained && seconds(value) === reported));
  if (winner)
    throw new Refusal(
      `${winner.file}:${winner.line} sets ${keyword} under "${winner.condition}", which holds for any host here and wins ` +
        "over ours; remove that line or set the wanted value there",
    );
}

function sameKeyword(setting: { keyword: string }, keyword: string): boolean {
  return setting.keyword.toLowerCase() === keyword.toLowerCase();
}

/** A value as OpenSSH counts it: `5m` and `3m30` are seconds. */
export function seconds(value: string): number {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
  const parts = [...value.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  return parts.reduce((total, [, count, unit]) => total + Number(count) * (units[unit || "s"] as number), 0);
}

/** Before the line that holds for all hosts, if there is one. */
function placeKeyword(settings: Setting[]): number | undefined {
  const specific = specificOf(settings);
  const winner = settings[specific.length];
  if (!winner) return undefined;
  const overtaken = specific.find(({ before }) => before >= winner.before);
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

function insertion(role: Role, at: number, lines: string[], { size, unfinished }: FileLines): Insertion {
  return { at, lines: renderBlock(role, lines, unfinished && at === size) };
}
