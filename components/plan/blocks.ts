import { KEYWORDS, OPENSSH_ROLES, type OpenSshRole } from "../settings";
import { type Line, linesOf } from "./lines";

const BEGIN = /^# >>> ssh-keepalive (server|client) \(managed by Pulumi: /;
const END = /^# <<< ssh-keepalive (server|client)$/;
const KEEPALIVE = OPENSSH_ROLES.flatMap((role) => KEYWORDS[role].map(({ keyword }) => keyword)).join("|");
const SETTING = new RegExp(`^[ \\t]*(${KEEPALIVE})[ \\t=]`, "i");
const WRITTEN = new RegExp(`^ *(${KEEPALIVE}) \\d+$`);
const HEADER = /^[ \t]*(Host [^ \t].*|Match all|Match final (all|originalhost [^ \t].*))$/;

/** Whether a line is one that we write. */
export function isOwnLine(line: string): boolean {
  return line === "" || [BEGIN, END, HEADER, WRITTEN].some((form) => form.test(line));
}

/** What a begin marker says of how its block came to be, so that undo needs nothing but the file. */
export enum Note {
  /** The newline before the block is ours: the file had none at its end. */
  NewlineAdded = "newline added before",
  /** The file goes with our lines if nothing else is left in it. */
  FileCreated = "file created",
  /** And then its folder, if nothing else is left in that. */
  FolderCreated = "folder created",
}

/** Our lines as they stand in a file, in markers that say whose they are. */
export function renderBlock(role: OpenSshRole, lines: string[], notes: Note[] = []): string[] {
  const said = ["edits between these lines are undone", ...notes].join("; ");
  const begin = `# >>> ssh-keepalive ${role} (managed by Pulumi: ${said})`;
  return [...(notes.includes(Note.NewlineAdded) ? [""] : []), begin, ...lines, `# <<< ssh-keepalive ${role}`];
}

/** Bytes of a file, from `start` up to `end`. */
export interface Range {
  start: number;
  end: number;
}

/** What is ours in a file. `apply/ownLines.sh` finds the same ranges, from the markers alone. */
export interface OwnLines {
  ranges: Range[];
  blocks: OwnBlock[];
  /** Whether every block has both its markers. */
  whole: boolean;
  /** Of how the file came to be. */
  notes: Note[];
}

/** The lines of ours between two markers, without indentation and blanks at their ends. */
export interface OwnBlock {
  lines: string[];
  end: number;
}

/**
 * Finds our lines by their markers. A line is what stands before `\n`, less one `\r` at its end.
 *
 * 1. Every line that starts with one of the two markers is ours.
 * 2. A block is the lines after a begin marker, up to the next marker if that is an end marker.
 * 3. If it is not, or there is none, the end marker is gone and the block is only: one header, if it comes first, and the
 *    settings after that, up to the first line that is none or has the keyword of one before it (in whatever case). Without
 *    a setting such a block is empty.
 * 4. A setting is a line of a keepalive keyword, after blanks or tabs, in any case, with a blank, a tab or `=` after it.
 *    A header is a line that is `Host …`, `Match all`, `Match final all` or `Match final originalhost …` after blanks or
 *    tabs, in just this case.
 * 5. In a block the settings are ours. The headers are too, unless it holds a line that is neither: then what they are
 *    for is somebody else's as well. All lines that are not ours stay.
 * 6. The newline before a begin marker that says {@link Note.NewlineAdded} is ours while the file ends with that block
 *    (its end marker, or its last line where that is gone) and all of the block is ours. What is written below later needs it.
 *
 * What is left is the file without us. If nothing is and a begin marker said {@link Note.FileCreated}, the file goes.
 */
export function findOwnLines(content: string): OwnLines {
  const lines = linesOf(content);
  const ranges: Range[] = [];
  const blocks: OwnBlock[] = [];
  const notes = new Set<Note>();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as Line;
    if (BEGIN.test(line.text) || END.test(line.text)) ranges.push(line);
    if (!BEGIN.test(line.text)) continue;
    const says = (note: Note) => line.text.includes(`; ${note}`);
    for (const note of Object.values(Note).filter(says)) notes.add(note);
    const block = blockAt(lines, i);
    const foreign = block.some(({ text }) => !SETTING.test(text) && !HEADER.test(text));
    const taken = block.filter(({ text }) => SETTING.test(text) || (HEADER.test(text) && !foreign));
    ranges.push(...taken);
    blocks.push({ lines: taken.map(({ text }) => text.trim()), end: (block.at(-1) ?? line).end });
    const newline = says(Note.NewlineAdded) && !foreign && newlineOfOurs(line, lines, i + block.length + 1);
    if (newline) ranges.push(newline);
  }
  const begins = lines.filter(({ text }) => BEGIN.test(text) || END.test(text)).map(({ text }) => BEGIN.test(text));
  const whole = begins.length % 2 === 0 && begins.every((begin, i) => begin === (i % 2 === 0));
  return { ranges: merge(ranges), blocks, whole, notes: [...notes] };
}

/** The lines inside the block whose begin marker is `lines[at]`. */
function blockAt(lines: Line[], at: number): Line[] {
  let next = at + 1;
  while (next < lines.length && !BEGIN.test((lines[next] as Line).text) && !END.test((lines[next] as Line).text))
    next++;
  if (END.test(lines[next]?.text ?? "")) return lines.slice(at + 1, next);
  const first = at + 1 + (HEADER.test(lines[at + 1]?.text ?? "") ? 1 : 0);
  const seen = new Set<string>();
  let last = first;
  for (; last < lines.length; last++) {
    const keyword = SETTING.exec((lines[last] as Line).text)?.[1]?.toLowerCase();
    if (keyword === undefined || seen.has(keyword)) break;
    seen.add(keyword);
  }
  return last === first ? [] : lines.slice(at + 1, last);
}

/** The newline before a block, if the file ends with the block, whose lines end before `lines[next]`. */
function newlineOfOurs(begin: Line, lines: Line[], next: number): Range | undefined {
  const endsFile = next >= lines.length || (next === lines.length - 1 && END.test((lines[next] as Line).text));
  return endsFile && begin.start > 0 ? { start: begin.start - 1, end: begin.start } : undefined;
}

function merge(ranges: Range[]): Range[] {
  const merged: Range[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && last.end >= start) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
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
