import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { installStandIn, markerName } from "../command-plugin/install";
import { type Say, step } from "../say";
import { cached, cachePath } from "./cache";
import { isExecutable } from "./path";
import { run } from "./process";
import { COMMAND_PLUGIN_VERSION } from "./versions";

export interface CommandPlugin {
  plugin: "installed" | "downloaded" | "stand-in";
  /** A PULUMI_HOME of our own that holds the plugin. */
  home: string;
}

const PLUGIN = `resource-command-v${COMMAND_PLUGIN_VERSION}`;
const DOWNLOADED = `engine/homes/${PLUGIN}-${process.platform}-${process.arch}`;
const CHECKOUT = resolve(__dirname, "../..");
const HOURS_UNTIL_RETRY = 6;

/**
 * A PULUMI_HOME with the plugin of `@pulumi/command`: the user's own plugin, else the official download, else our
 * stand-in. The user's PULUMI_HOME is only read.
 */
export async function findCommandPlugin(pulumi: string, say: Say, standIn = installStandIn): Promise<CommandPlugin> {
  const usersPlugin = join(usersPulumiHome(), "plugins", PLUGIN);
  if (isOfficial(usersPlugin)) return { plugin: "installed", home: await linkedHome(usersPlugin, say) };
  if (existsSync(cachePath(DOWNLOADED))) return { plugin: "downloaded", home: cachePath(DOWNLOADED) };

  const failure = rememberedFailure() ?? (await download(pulumi, say));
  if (failure === undefined) return { plugin: "downloaded", home: cachePath(DOWNLOADED) };
  const retry = `next try in ${failure.hoursUntilRetry} h, or now after: rm ${failureFile()}`;
  say(
    `@pulumi/command runs on this project's stand-in for its plugin, which could not be downloaded: ${failure.reason} (${retry})`,
  );
  return { plugin: "stand-in", home: await standInHome(standIn) };
}

/** Where `pulumi` called by hand keeps its login and its plugins. */
export function usersPulumiHome(): string {
  const configured = process.env.PULUMI_HOME;
  // A program that we started with our own PULUMI_HOME may call us again.
  return configured && !configured.startsWith(cachePath("")) ? configured : join(homedir(), ".pulumi");
}

function isOfficial(pluginFolder: string): boolean {
  // The engine's own mark of an installation that didn't finish.
  const partial = existsSync(`${pluginFolder}.partial`);
  const standIn = existsSync(join(pluginFolder, markerName));
  return isExecutable(join(pluginFolder, "pulumi-resource-command")) && !partial && !standIn;
}

/** The engine ignores a link in place of a plugin's folder, so it is the folder's content that is linked. */
function linkedHome(pluginFolder: string, say: Say): Promise<string> {
  return cached(`engine/homes/linked-${shortHash(pluginFolder)}`, say, async (home) => {
    const folder = join(home, "plugins", PLUGIN);
    await mkdir(folder, { recursive: true });
    for (const entry of await readdir(pluginFolder)) await symlink(join(pluginFolder, entry), join(folder, entry));
  });
}

/** Installed anew at every start, which changes nothing unless this checkout's source of it has changed. */
async function standInHome(standIn: typeof installStandIn): Promise<string> {
  // Two checkouts with different sources would take turns replacing a shared one.
  const home = cachePath(`engine/homes/stand-in-${shortHash(CHECKOUT)}`);
  await standIn(join(home, "plugins"));
  return home;
}

interface Failure {
  reason: string;
  hoursUntilRetry: number;
}

async function download(pulumi: string, say: Say): Promise<Failure | undefined> {
  try {
    await cached(DOWNLOADED, say, async (home) => {
      const env = { PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
      const args = ["plugin", "install", "resource", "command", COMMAND_PLUGIN_VERSION];
      await step(say, `downloading the plugin of @pulumi/command ${COMMAND_PLUGIN_VERSION}`, () =>
        run(pulumi, args, { minutes: 2, env }),
      );
      if (!isOfficial(join(home, "plugins", PLUGIN))) throw new Error(`pulumi ${args.join(" ")} installed nothing`);
    });
    return undefined;
  } catch (error) {
    await writeFile(failureFile(), downloadProblem((error as Error).message));
    return rememberedFailure();
  }
}

/** The CLI's last line counts its attempts; why they failed is in the warnings before. */
function downloadProblem(message: string): string {
  const warnings = [...message.matchAll(/warning: (.*)/g)];
  return warnings.at(-1)?.[1] ?? message.trim().split("\n").at(-1) ?? "";
}

function failureFile(): string {
  return cachePath(`engine/${PLUGIN}.failed`);
}

/** A download that failed less than some hours ago isn't tried again at every start. */
function rememberedFailure(): Failure | undefined {
  const failedAt = statSync(failureFile(), { throwIfNoEntry: false })?.mtimeMs;
  if (failedAt === undefined) return undefined;
  const hoursUntilRetry = Math.ceil(HOURS_UNTIL_RETRY - (Date.now() - failedAt) / 3_600_000);
  return hoursUntilRetry > 0 ? { reason: readFileSync(failureFile(), "utf8"), hoursUntilRetry } : undefined;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
