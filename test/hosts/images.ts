import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildOnce, cacheDir, cacheName, isCached, type Say } from "./cache";

export const suites = ["bookworm", "bullseye", "trixie"] as const;
export type Suite = (typeof suites)[number];

const recipe = join(__dirname, "build-image.sh");

/** Name of the suite's image in the cache; a changed recipe makes another image. */
export const imageName = (suite: Suite) => cacheName(suite, readFileSync(recipe));

/** Throws unless the suite's image is in the cache. */
export function requireImage(suite: Suite): void {
  if (isCached(imageName(suite))) return;
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

/** Builds the suite's image unless it is in the cache. */
export const buildImage = (suite: Suite, say: Say) =>
  buildOnce(
    {
      name: imageName(suite),
      what: `the ${suite} image`,
      takes: "about a minute",
      command: (mirror, path) => ["sh", recipe, suite, mirror, path],
    },
    say,
  );
