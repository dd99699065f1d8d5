import { chmodSync, mkdtempSync } from "node:fs";
import { join } from "node:path";

/** A temporary folder that every user may enter, also where TMPDIR lets in nobody but its owner. */
export function publicFolder(name: string): string {
  const folder = mkdtempSync(join("/var/tmp", `ssh-keepalive-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}
