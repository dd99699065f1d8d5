import { type Desired, type OpenSshPart, Placement, Precedence, type Values } from "../settings";
import { type Config, hasSecondRound, type Setting } from "./configTree";
import { type OwnFile, withoutOwn } from "./ownFiles";
import { holdsForProbe, isGeneral, isSection, obstacle } from "./precedence";
import { headersOf } from "./spots";
import { seconds } from "./values";

export interface Standing {
  part: OpenSshPart;
  desired: Desired;
  config: Config;
  /** Of the role's keywords, those of ours among them. */
  settings: Setting[];
  own: OwnFile[];
  /** In force. */
  values: Values;
  /** What the config by itself says. */
  reported: Values;
}

/**
 * Whether nothing has to change: the values are in force and stay so, by lines of ours that are as we write them and where
 * they win, or without any. Others may have changed whatever else is in the files.
 */
export function isSettled({ part, desired, config, settings, own, values, reported }: Standing): boolean {
  if (!Object.entries(part.values).every(([keyword, value]) => values[keyword] === value)) return false;
  const of = (keyword: string) => settings.filter((setting) => setting.keyword === keyword);
  if (own.length === 0)
    return Object.entries(part.values).every(([keyword, value]) => {
      const all = of(keyword).filter(({ system }) => !system);
      if (mustBeSet(part, keyword) && !all.some(isGeneral)) return false;
      return desired.precedence === Precedence.Enforce
        ? all.every((setting) => !isSection(setting) || seconds(setting.value) === value)
        : part.role === "server" || !holdsForProbe(all, reported[keyword]);
    });
  return (
    own.every(({ own: { whole } }) => whole) &&
    areExactly(own, settings, part) &&
    own.every(({ file }) => isRightFile(file.path === config.main, part, desired.placement)) &&
    Object.keys(part.values).every((keyword) => !obstacle(part.role, of(keyword), desired.precedence)) &&
    (!settings.some((setting) => setting.own && setting.late) || hasSecondRound(withoutOwn(config, own)))
  );
}

/** Whether a value has to be written to hold for all: a user's ssh takes the host's values too, and with BatchMode another interval. */
function mustBeSet({ role, user }: OpenSshPart, keyword: string): boolean {
  return role === "client" && (user !== undefined || keyword === "ServerAliveInterval");
}

/** Whether our lines say what is wanted, once each, all of them where OpenSSH reads them, for the hosts that are wanted. */
function areExactly(own: OwnFile[], settings: Setting[], part: OpenSshPart): boolean {
  const wanted = Object.entries(part.values).map(([keyword, value]) => `${keyword} ${value}`);
  const lines = own.flatMap(({ own: { blocks } }) => blocks.flatMap((block) => block.lines));
  const isHeader = (line: string) => /^(Host|Match) /.test(line);
  const canonical = (line: string) => line.toLowerCase().replace(/[\s=]+/g, " ");
  const isOwn = (setting: Setting) => setting.own;
  const read = new Map(settings.filter(isOwn).map((s) => [`${s.file}:${s.line}`, `${s.keyword} ${s.value}`]));
  const forAll = /^(Host \*|Match (final )?all)$/;
  const headers: string[] = Object.values(headersOf(part));
  return (
    sameLines(lines.filter((line) => !isHeader(line)).map(canonical), wanted.map(canonical)) &&
    sameLines([...read.values()], wanted) &&
    lines.every((line) => !isHeader(line) || headers.includes(line) || forAll.test(line)) &&
    (part.hostPatterns === undefined || lines.some((line) => headers.includes(line)))
  );
}

function sameLines(some: string[], others: string[]): boolean {
  return [...some].sort().join("\n") === [...others].sort().join("\n");
}

/** `auto` leaves ours where they are. */
function isRightFile(isMain: boolean, { user }: OpenSshPart, placement: Placement): boolean {
  return user !== undefined || placement === Placement.Auto || isMain === (placement === Placement.Inline);
}
