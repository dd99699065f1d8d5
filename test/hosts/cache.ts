import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { exec } from "./exec";
import { contained } from "./isolation";

/** Tells the user what takes long. */
export type Say = (line: string) => void;

export interface Build {
  /** Its name in the cache. */
  name: string;
  /** What it is for people, as in `the bookworm image`. */
  what: string;
  /** How long it takes, as in `about a minute`. */
  takes: string;
  /** argv of what builds it from a Debian archive; only a whole one may get the path that it is given. */
  command: (mirror: string, path: string) => string[];
}

export const cacheDir = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ssh-keepalive", "images");

export const isCached = (name: string) => existsSync(join(cacheDir(), name));

/** A name in the cache that is another one as soon as what it is made from is. */
export function cacheName(title: string, ...madeFrom: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of madeFrom) hash.update(part);
  return `${title}-${hash.digest("hex").slice(0, 12)}`;
}

/** Builds it unless it is in the cache. Needs the network: call it before entering the isolated run. */
export async function buildOnce({ name, what, takes, command }: Build, say: Say): Promise<void> {
  if (isCached(name)) return;
  const path = join(cacheDir(), name);
  const mirror = await debianMirror();
  say(`Building ${what} for test hosts from ${mirror} (once, ${takes}) …`);
  mkdirSync(cacheDir(), { recursive: true });
  const started = Date.now();
  let last = "";
  const progress = setInterval(() => say(`  ${what}: ${last}`), 15_000);
  // The lock's descriptor is inherited by everything below, so it is free again exactly when the last of that has died.
  const locked = ["flock", "--no-fork", `${path}.lock`, ...contained(command(mirror, path))];
  try {
    await exec(["setpriv", "--pdeathsig", "KILL", ...locked], {
      onOutput: (text) => {
        last = text.trim().split("\n").at(-1) || last;
      },
    });
  } catch (cause) {
    const said = (cause as Error).message.split("\n").slice(-6).join("\n");
    throw new Error(`Cannot build ${what} from ${mirror}; the last of what was said:\n${said}`, { cause });
  } finally {
    clearInterval(progress);
  }
  say(`Built ${what} in ${Math.round((Date.now() - started) / 1000)} s: ${path}`);
}

/** The archive that the machine's own apt uses. */
async function debianMirror(): Promise<string> {
  const query = ["apt-get", "indextargets", "--format", "$(REPO_URI)"];
  const filter = ["Created-By: Packages", "Origin: Debian", "Label: Debian", "Component: main"];
  const ask = async () => (await exec([...query, ...filter])).toString().split("\n")[0];
  let mirror = await ask();
  if (!mirror) {
    // Origin and Label come from the downloaded lists, which container images come without.
    await exec(["apt-get", "update"]);
    mirror = await ask();
  }
  if (!mirror) throw new Error("apt's sources name no Debian archive; add one to build test hosts from");
  return mirror;
}
