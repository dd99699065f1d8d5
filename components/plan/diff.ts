import { createTwoFilesPatch } from "diff";
import { printable } from "../settings";

/**
 * Unified diff of a file's bytes (held as latin1 text) with three lines of context, in a form that is safe to print:
 * valid UTF-8 is shown as such, every other byte and control character as an escape.
 */
export function unifiedDiff(path: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(path, path, before, after, "now", "wanted", { context: 3 });
  const lines = patch.split("\n");
  return lines
    .slice(lines.findIndex((line) => line.startsWith("--- ")))
    .map(printable)
    .join("\n")
    .trimEnd();
}
