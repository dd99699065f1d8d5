import { createTwoFilesPatch } from "diff";
import { printable } from "../settings";

/**
 * Unified diff of a file's bytes (held as latin1 text) with three lines of context, in a form that is safe to print:
 * valid UTF-8 is shown as such, every other byte and control character as an escape. A file that is not there is undefined.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  const state = (content: string | undefined, word: string) => (content === undefined ? "absent" : word);
  const [now, wanted] = [state(before, "now"), state(after, "wanted")];
  const patch = createTwoFilesPatch("", "", before ?? "", after ?? "", undefined, undefined, { context: 3 });
  const lines = patch.split("\n");
  const hunks = lines.slice(lines.findIndex((line) => line.startsWith("+++ ")) + 1);
  // A registry key would be quoted, as if it were a string of C.
  return [`--- ${path}\t${now}`, `+++ ${path}\t${wanted}`, ...hunks].map(printable).join("\n").trimEnd();
}
