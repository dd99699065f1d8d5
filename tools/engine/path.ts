import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Say } from "../say";
import { cliVersion, isAtLeast } from "./cli-version";
import { CLI_MINIMUM } from "./versions";

export const CLI = "pulumi";
export const LANGUAGE_HOST = "pulumi-language-nodejs";

/** The `pulumi` on PATH, when it is new enough and comes with a Node.js language host. */
export async function pulumiOnPath(say: Say): Promise<string | undefined> {
  const pulumi = findExecutable(CLI, pathFolders());
  if (pulumi === undefined) return undefined;
  const problem = await whyUnusable(pulumi);
  if (problem === undefined) return pulumi;
  say(`not using ${pulumi}: ${problem}`);
  return undefined;
}

async function whyUnusable(pulumi: string): Promise<string | undefined> {
  if (findExecutable(LANGUAGE_HOST, [dirname(realpathSync(pulumi)), ...pathFolders()]) === undefined) {
    return `there is no ${LANGUAGE_HOST} beside it or on PATH`;
  }
  try {
    const version = await cliVersion(pulumi);
    return isAtLeast(version, CLI_MINIMUM) ? undefined : `it is ${version}, older than ${CLI_MINIMUM}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The first executable file called `name` in `folders`. */
export function findExecutable(name: string, folders: string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

export function isExecutable(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES") return false;
    throw error;
  }
}

export function pathFolders(): string[] {
  return (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
}
