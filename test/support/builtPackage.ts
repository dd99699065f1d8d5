import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..", "..");

/** A folder whose node_modules hold the package as `npm pack` makes it, and what it declares; the caller removes it. */
export class PackageUser {
  readonly folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-package-"));
  readonly installed = join(this.folder, "node_modules", "ssh-keepalive");

  /** Builds the package anew. */
  constructor() {
    execFileSync("npm", ["run", "build"], { cwd: ROOT, stdio: "pipe" });
    const pack = ["pack", "--silent", "--pack-destination", this.folder];
    const packed = execFileSync("npm", pack, { cwd: ROOT, encoding: "utf8" });
    mkdirSync(this.installed, { recursive: true });
    execFileSync("tar", ["-xzf", join(this.folder, packed.trim()), "-C", this.installed, "--strip-components=1"]);
    // Only what the package declares is there for it, so a dependency that it forgot is not found.
    this.install(this.installed, "dependencies");
  }

  /** Puts what a folder's package.json declares into node_modules, from this project's own. */
  install(folder: string, ...kinds: ("dependencies" | "devDependencies")[]): void {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    for (const name of kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}))) {
      const place = join(this.folder, "node_modules", name);
      if (existsSync(place)) continue;
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(join(ROOT, "node_modules", name), place);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
