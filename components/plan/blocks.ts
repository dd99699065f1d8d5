import { KEYWORDS, ROLES, type Role, type Values } from "../settings";
import { type Line, linesOf } from "./lines";

const BEGIN = /^# >>> ssh-keepalive /;
const END = /^# <<< ssh-keepalive /;
const NEWLINE_ADDED = "; newline added before";
const KEEPALIVE = ROLES.flatMap((role) => KEYWORDS[role].map(({ keyword }) => keyword)).join("|");
const OURS = new RegExp(`^[ \\t]*(${KEEPALIVE})[ \\t=]`, "i");
const HOST_ALL = /^[ \t]*Host \*[ \t]*$/;

/** Our lines as they stand in a file, in markers that say whose they are. */
export function renderBlock(role: Role, lines: string[], newlineBefore: boolean): string[] {
  const begin = `# >>> ssh-keepalive ${role} (managed by Pulumi: edits between these lines are undone${newlineBefore ? NEWLINE_ADDED : ""})`;
  return [...(newlineBefore ? [""] : []), begin, ...lines, `# <<< ssh-keepalive ${role}`];
}

/** Bytes of a file, from `start` up to `end`. */
export interface Range {
  start: number;
  end: number;
}

/** What is ours in a file. `apply/undo.sh` finds the same ranges, from the markers alone. */
export interface OwnLines {
  ranges: Range[];
  settings: OwnSetting[];
  /** Whether every block has both its markers. */
  whole: boolean;
}

/** Keyword and value as written, and where the line starts. */
export interface OwnSetting {
  keyword: string;
  value: string;
  start: number;
}

/**
 * Finds our lines by their markers. Lines of others between our markers stay theirs; a block whose end marker is
 * gone reaches as far as it can be ours: no header but at its start, no keyword twice.
 */
export function findOwnLines(content: string): OwnLines {
  const lines = linesOf(content);
  const own: Line[] = [];
  const settings: OwnSetting[] = [];
  const ranges: Range[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as Line;
    if (END.test(line.text)) own.push(line);
    if (!BEGIN.test(line.text)) continue;
    const block = blockAt(lines, i);
    const foreign = block.filter(({ text }) => !OURS.test(text) && !HOST_ALL.test(text));
    const taken = block.filter(({ text }) => OURS.test(text) || (HOST_ALL.test(text) && foreign.length === 0));
    own.push(line, ...taken);
    for (const { text, start } of taken) {
      const [, keyword, value] = /^\s*([A-Za-z]+)[\s=]+(.*?)\s*$/.exec(text) ?? [];
      if (OURS.test(text) && keyword && value) settings.push({ keyword, value, start });
    }
    const newline = newlineOfOurs(line, [line, ...taken], lines, i + block.length + 1);
    if (newline) ranges.push(newline);
  }
  for (const { start, end } of own) ranges.push({ start, end });
  const begins = lines.filter(({ text }) => BEGIN.test(text) || END.test(text)).map(({ text }) => BEGIN.test(text));
  const whole = begins.length % 2 === 0 && begins.every((begin, i) => begin === (i % 2 === 0));
  return { ranges: merge(ranges), settings, whole };
}

/** The lines inside the block whose begin marker is `lines[at]`. */
function blockAt(lines: Line[], at: number): Line[] {
  const next = lines.findIndex(({ text }, i) => i > at && (BEGIN.test(text) || END.test(text)));
  if (next >= 0 && END.test((lines[next] as Line).text)) return lines.slice(at + 1, next);
  const header = HOST_ALL.test(lines[at + 1]?.text ?? "") ? 1 : 0;
  const keywords = lines.slice(at + 1 + header).map(({ text }) => OURS.exec(text)?.[1]?.toLowerCase());
  const length = keywords.findIndex((keyword, i) => keyword === undefined || keywords.indexOf(keyword) < i);
  if (keywords[0] === undefined) return [];
  return lines.slice(at + 1, length < 0 ? undefined : at + 1 + header + length);
}

/** The newline that we put before a block at the end of a file without one; once others wrote below, it is theirs. */
function newlineOfOurs(begin: Line, taken: Line[], lines: Line[], next: number): Range | undefined {
  if (!begin.text.includes(NEWLINE_ADDED) || begin.start === 0) return undefined;
  const last = lines.at(-1) as Line;
  const endsFile = next >= lines.length || (next === lines.length - 1 && END.test(last.text));
  const allOurs = lines.slice(begin.number - 1, next).length === taken.length;
  return endsFile && allOurs ? { start: begin.start - 1, end: begin.start } : undefined;
}

function merge(ranges: Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && last.end >= range.start) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}

/** The file as it would be without us. */
export function withoutRanges(content: string, ranges: Range[]): string {
  let rest = "";
  let at = 0;
  for (const { start, end } of ranges) {
    rest += content.slice(at, start);
    at = end;
  }
  return rest + content.slice(at);
}

/** Whether our lines set exactly these values. */
export function setsExactly(own: OwnLines, values: Values): boolean {
  const written = own.settings.map(({ keyword, value }) => `${keyword.toLowerCase()} ${value}`).sort();
  const wanted = Object.entries(values).map(([keyword, value]) => `${keyword.toLowerCase()} ${value}`);
  return written.join("\n") === wanted.sort().join("\n");
}
