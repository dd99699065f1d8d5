import { findOwnLines, type Range } from "../../../../components/plan/blocks";
import { linesOf } from "../../../../components/plan/lines";
import type { Edit } from "./cases";
import type { Files } from "./oracle";

/** The same edits of others in files with ours and in those without: above, below, and somewhere in between. */
export function edited(files: Files, without: Files, edits: Edit[]): { withOurs: Files; without: Files } {
  const [withOurs, expected] = [{ ...files }, { ...without }];
  for (const path of Object.keys(files).filter((path) => !path.endsWith("/")))
    for (const { where, line } of edits) {
      const content = withOurs[path] as string;
      const { ranges } = findOwnLines(content);
      const isInside = (at: number) => ranges.some(({ start, end }) => start < at && at < end);
      const spots = [0, ...linesOf(content).map(({ end }) => end)].filter((at) => !isInside(at));
      const at = spots[Math.round(where * (spots.length - 1))] as number;
      withOurs[path] = insert(content, at, line);
      expected[path] = insert(expected[path] ?? "", at - lengthUpTo(at, ranges), line);
    }
  return { withOurs, without: expected };
}

function lengthUpTo(at: number, ranges: Range[]): number {
  return ranges.reduce((length, { start, end }) => length + (end <= at ? end - start : 0), 0);
}

/** Somebody who adds a line below one that has no newline gives it one. */
function insert(content: string, at: number, line: string): string {
  const above = content.slice(0, at);
  const glued = above !== "" && !above.endsWith("\n");
  return `${above}${glued ? "\n" : ""}${line}\n${content.slice(at)}`;
}
