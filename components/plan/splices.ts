import type { Range } from "./blocks";
import type { Insertion } from "./placement";

/** `length` bytes at `offset` of the observed file give way to `lines`, each of which gets a newline. */
export interface Splice {
  offset: number;
  length: number;
  lines: string[];
}

/**
 * Turns "without these ranges, and with these insertions" into splices of the observed file.
 * Insertions name places in the file without the ranges.
 */
export function splicesOf(ranges: Range[], insertions: Insertion[]): Splice[] {
  const splices: Splice[] = ranges.map(({ start, end }) => ({ offset: start, length: end - start, lines: [] }));
  for (const { at, lines } of [...insertions].sort((a, b) => a.at - b.at)) {
    const offset = observedOffset(at, ranges);
    const taken = splices.find((splice) => splice.length > 0 && splice.offset === offset);
    if (taken) taken.lines.push(...lines);
    else splices.push({ offset, length: 0, lines });
  }
  return splices.sort((a, b) => a.offset - b.offset);
}

function observedOffset(at: number, ranges: Range[]): number {
  let removed = 0;
  for (const { start, end } of ranges) {
    if (at <= start - removed) break;
    removed += end - start;
  }
  return at + removed;
}

export function applySplices(content: string, splices: Splice[]): string {
  let result = "";
  let at = 0;
  for (const { offset, length, lines } of splices) {
    result += content.slice(at, offset) + lines.map((line) => `${line}\n`).join("");
    at = offset + length;
  }
  return result + content.slice(at);
}
