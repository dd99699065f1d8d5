import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { exec } from "./exec";
import { contained } from "./isolation";

export const suites = ["bookworm", "bullseye", "trixie"] as const;
export type Suite = (typeof suites)[number];

/** Tells the user what takes long. */
export type Say = (line: string) => void;

const recipe = join(__dirname, "build-image.sh");

export const cacheDir = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ssh-keepalive", "images");

/** Name of the suite's image in the cache; a changed recipe makes another image. */
export function imageName(suite: Suite): string {
  const hash = createHash("sha256").update(readFileSync(recipe)).digest("hex").slice(0, 12);
  return `${suite}-${hash}`;
}

/** Throws unless the suite's image is in the cache. */
export function requireImage(suite: Suite): void {
  if (existsSync(join(cacheDir(), imageName(suite)))) return;
  throw new Error(
    `There is no ${suite} image in ${cacheDir()}: start the run with SSH_KEEPALIVE_SUITES naming ${suite}`,
  );
}

/** The suites to test on: SSH_KEEPALIVE_SUITES, e.g. `bookworm,trixie`; default: all. */
export function wantedSuites(wanted = process.env.SSH_KEEPALIVE_SUITES || suites.join()): Suite[] {
  return wanted.split(",").map((name) => {
    const suite = suites.find((known) => known === name.trim());
    if (suite) return suite;
    throw new Error(`SSH_KEEPALIVE_SUITES names ${JSON.stringify(name)}; allowed are ${suites.join(", ")}`);
  });
}

/** Builds the suite's image unless it is in the cache. Needs the network: call it before entering the isolated run. */
export async function buildImage(suite: Suite, say: Say): Promise<void> {
  const image = join(cacheDir(), imageName(suite));
  if (existsSync(image)) return;
  const mirror = await debianMirror();
  say(`Building the ${suite} image for test hosts from ${mirror} (once, about a minute) …`);
  mkdirSync(cacheDir(), { recursive: true });
  let last = "";
  const progress = setInterval(() => say(`  ${suite}: ${last}`), 15_000);
  // The lock's descriptor is inherited by everything below, so it is free again exactly when the last of that has died.
  const locked = ["flock", "--no-fork", `${image}.lock`, ...contained(["sh", recipe, suite, mirror, image])];
  try {
    await exec(["setpriv", "--pdeathsig", "KILL", ...locked], {
      onOutput: (text) => {
        last = text.trim().split("\n").at(-1) || last;
      },
    });
  } catch (error) {
    throw new Error(`No ${suite} image: does ${mirror} serve ${suite}, and does the keyring know it?`, {
      cause: error,
    });
  } finally {
    clearInterval(progress);
  }
  say(`The ${suite} image is ready: ${image}`);
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
