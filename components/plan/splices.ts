import type { Range } from "./blocks";

/** `length` bytes at `offset` of the observed file give way to `lines`, each of which gets a newline. */
export interface Splice {
  offset: number;
  length: number;
  lines: string[];
}

/** Lines to put in before the byte `at` of what is left once the ranges are taken out. */
export interface Insertion {
  at: number;
  lines: string[];
}

/** Takes ranges out of a file and puts lines in. Lines that go where a range was take its place. */
export function splicesOf(ranges: Range[], insertions: Insertion[]): Splice[] {
  const splices: Splice[] = ranges.map(({ start, end }) => ({ offset: start, length: end - start, lines: [] }));
  for (const { at, lines } of [...insertions].sort((a, b) => a.at - b.at)) {
    const offset = offsetOf(at, ranges);
    const place = splices.find((splice) => splice.offset === offset || splice.offset + splice.length === offset);
    if (place) place.lines.push(...lines);
    else splices.push({ offset, length: 0, lines });
  }
  return splices.sort((a, b) => a.offset - b.offset);
}

/** Where a byte of what is left stands in the whole file: before a range that was taken out right there. */
function offsetOf(at: number, ranges: Range[]): number {
  let offset = at;
  for (const { start, end } of ranges) if (start < offset) offset += end - start;
  return offset;
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
