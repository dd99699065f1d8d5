import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What every script on a host starts with. */
export function prelude(): Promise<string> {
  return readFile(join(__dirname, "prelude.sh"), "utf8");
}
