import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

/**
 * A copy of the project's program in which files read differently: what another release, or another author, has.
 *
 * @returns options that make the engine run it in place of the project's own.
 */
export function changedProgram(folder: string, changes: Record<string, (text: string) => string>): string[] {
  const copy = mkdtempSync(join(folder, "program-"));
  for (const part of ["components", "infra", "Pulumi.yaml", "package.json", "tsconfig.json"])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  for (const [path, change] of Object.entries(changes)) {
    const text = readFileSync(join(copy, path), "utf8");
    const changed = change(text);
    if (changed === text) throw new Error(`${path} is the same as before`);
    writeFileSync(join(copy, path), changed);
  }
  return ["--cwd", copy];
}
