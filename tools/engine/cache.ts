import { existsSync } from "node:fs";
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Say } from "../say";
import { cacheRoot, withLock } from "./lock.cjs";

/** The path of a cached directory, whether it exists yet or not. */
export function cachePath(name: string): string {
  return join(cacheRoot(), name);
}

/**
 * The cached directory `name`, made by `make` when it isn't there yet.
 * `make` fills a temporary directory that takes its final name only when `make` succeeds, so what is cached is whole.
 */
export async function cached(name: string, say: Say, make: (directory: string) => Promise<void>): Promise<string> {
  const directory = cachePath(name);
  if (existsSync(directory)) return directory;
  const onWait = () => say(`another process is preparing ${name}; waiting for it`);
  await withLock(name, onWait, async () => {
    if (existsSync(directory)) return;
    await mkdir(dirname(directory), { recursive: true });
    await removeLeftovers(directory);
    const partial = await mkdtemp(`${directory}${PARTIAL}`);
    try {
      await make(partial);
      await rename(partial, directory);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  });
  return directory;
}

/** @throws an error that names the folder, where everything that follows would fail for another reason each. */
export async function requireWritableCache(): Promise<void> {
  const root = cacheRoot();
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.W_OK);
  } catch (error) {
    throw new Error(`the cache folder ${root} can't be written; make it writable, or name another in XDG_CACHE_HOME`, {
      cause: error,
    });
  }
}

const PARTIAL = ".partial-";

/** A process that was killed while it prepared the directory left its part of it behind. */
async function removeLeftovers(directory: string): Promise<void> {
  const parent = dirname(directory);
  const leftovers = (await readdir(parent)).filter((entry) => entry.startsWith(`${basename(directory)}${PARTIAL}`));
  await Promise.all(leftovers.map((entry) => rm(join(parent, entry), { recursive: true, force: true })));
}
