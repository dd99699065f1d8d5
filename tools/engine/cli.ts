import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Say, step } from "../say";
import { buildEngine } from "./build";
import { cached, cachePath, requireWritableCache } from "./cache";
import { cliVersion } from "./cli-version";
import { downloadEngine } from "./download";
import { CLI, LANGUAGE_HOST, pulumiOnPath } from "./path";
import { run } from "./process";
import { CLI_MINIMUM, CLI_VERSION, GO_MINIMUM, LANGUAGE_HOST_VERSION } from "./versions";

export interface Cli {
  /** Path of the `pulumi` executable. */
  pulumi: string;
  origin: "path" | "cache" | "download" | "built";
}

/** The ways to get an engine that isn't there yet. Each fills `directory/bin`. */
export interface Sources {
  download(directory: string): Promise<void>;
  build(directory: string, say: Say): Promise<void>;
}

// A home directory may be shared by machines of different kinds.
const MACHINE = `${process.platform}-${process.arch}`;
const DOWNLOADED = `engine/pulumi-${CLI_VERSION}-${MACHINE}-official`;
const BUILT = `engine/pulumi-${CLI_VERSION}-${MACHINE}-built-with-nodejs-${LANGUAGE_HOST_VERSION}`;

/** The first that works: `pulumi` on PATH, a cached one, the official download, a build from the Go modules. */
export async function findCli(
  say: Say,
  sources: Sources = { download: downloadEngine, build: buildEngine },
): Promise<Cli> {
  const onPath = await pulumiOnPath(say);
  if (onPath !== undefined) return { pulumi: onPath, origin: "path" };

  const kept = [DOWNLOADED, BUILT].map(cachePath).find((directory) => existsSync(directory));
  if (kept !== undefined) return { pulumi: cliIn(kept), origin: "cache" };

  await requireWritableCache();
  try {
    const directory = await cached(DOWNLOADED, say, async (partial) => {
      await step(say, `downloading the official Pulumi CLI ${CLI_VERSION}`, () => sources.download(partial));
      await verify(partial);
    });
    return { pulumi: cliIn(directory), origin: "download" };
  } catch (error) {
    const reason = (error as Error).message;
    say(`the official download failed: ${reason}`);
    return { pulumi: cliIn(await buildOrExplain(say, sources, reason)), origin: "built" };
  }
}

async function buildOrExplain(say: Say, sources: Sources, downloadProblem: string): Promise<string> {
  try {
    return await cached(BUILT, say, async (partial) => {
      await sources.build(partial, say);
      await verify(partial);
    });
  } catch (error) {
    throw new Error(
      [
        "no Pulumi engine could be found or made:",
        `- the official download failed: ${downloadProblem}`,
        `- building it from its Go modules failed: ${(error as Error).message}`,
        `Either install Pulumi ${CLI_MINIMUM} or newer, so that \`pulumi\` is on PATH (https://www.pulumi.com/docs/install/),`,
        `or Go ${GO_MINIMUM} or newer, so that \`go\` is (https://go.dev/doc/install), and start again.`,
      ].join("\n"),
      { cause: error },
    );
  }
}

/** Both programs must start before they are cached. */
async function verify(directory: string): Promise<void> {
  const version = await cliVersion(cliIn(directory));
  if (version !== CLI_VERSION) throw new Error(`the new CLI says it is ${version}, not ${CLI_VERSION}`);
  await run(join(directory, "bin", LANGUAGE_HOST), ["--help"], { minutes: 0.5 });
}

function cliIn(directory: string): string {
  return join(directory, "bin", CLI);
}
