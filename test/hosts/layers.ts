import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildOnce, cacheDir, cacheName, isCached, type Say } from "./cache";
import { imageName, requireImage, type Suite } from "./images";

/*
 * Hosts with another init are the suite's image and, over it, a layer with what installing that init changes: a few
 * megabytes, made in seconds.
 */
export const inits = ["systemd", "sysvinit", "openrc", "runit"] as const;
export type Init = (typeof inits)[number];

const ofLayers = "bookworm";
const recipe = join(__dirname, "build-layer.sh");

const layerName = (init: Init) => cacheName(`${ofLayers}-${init}`, readFileSync(recipe), imageName(ofLayers));

/** What lies below a host's own files, as overlayfs has it: from the top down, relative to the cache's directory. */
export const lowerDirs = (suite: Suite, init: Init) =>
  init === "systemd" ? imageName(suite) : `${layerName(init)}/upper:${imageName(suite)}`;

/** Throws unless the cache has all that lies below such a host. */
export function requireSystem(suite: Suite, init: Init): void {
  if (init !== "systemd" && suite !== ofLayers)
    throw new Error(`A host with ${init} was asked for on ${suite}: it can be made on ${ofLayers} only`);
  requireImage(suite);
  if (init === "systemd" || isCached(layerName(init))) return;
  throw new Error(
    `There is no ${init} layer in ${cacheDir()}: start the run with SSH_KEEPALIVE_SUITES naming ${suite}`,
  );
}

/** Builds the layers for the suite's other inits that are not in the cache. */
export async function buildLayers(suite: Suite, say: Say): Promise<void> {
  if (suite !== ofLayers) return;
  const build = (init: Init) => {
    const command = (mirror: string, path: string) => ["sh", recipe, init, mirror, imageName(suite), path];
    return buildOnce({ name: layerName(init), what: `the ${init} layer`, takes: "a few seconds", command }, say);
  };
  await Promise.all(inits.filter((init) => init !== "systemd").map(build));
}
