import type { Range } from "./blocks";
import type { Insertion } from "./placement";

/** `length` bytes at `offset` of the observed file give way to `lines`, each of which gets a newline. */
export interface Splice {
  offset: number;
  length: number;
  lines: string[];
}

/** Takes ranges out of a file and puts lines in. Lines that go where a range was take its place. */
export function splicesOf(ranges: Range[], insertions: Insertion[]): Splice[] {
  const splices: Splice[] = ranges.map(({ start, end }) => ({ offset: start, length: end - start, lines: [] }));
  for (const { at, lines } of [...insertions].sort((a, b) => a.at - b.at)) {
    const place = splices.find(({ offset, length }) => offset === at || offset + length === at);
    if (place) place.lines.push(...lines);
    else splices.push({ offset: at, length: 0, lines });
  }
  return splices.sort((a, b) => a.offset - b.offset);
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
