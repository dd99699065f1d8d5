import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./process";

/** What `pulumi version` says, reduced to its numbers: `3.260.0` for `v3.260.0-alpha.1+dirty`. */
export async function cliVersion(pulumi: string): Promise<string> {
  // Even this command writes a log into its PULUMI_HOME, and the user's is none of our business.
  const home = await mkdtemp(join(tmpdir(), "pulumi-version-"));
  try {
    const env = { PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const said = await run(pulumi, ["version"], { minutes: 0.5, env });
    const version = /^v?(\d+\.\d+\.\d+)/.exec(said.trim())?.[1];
    if (version === undefined) throw new Error(`${pulumi} version said "${said.trim()}", which is no version`);
    return version;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** @example isAtLeast("3.200.0", "3.99.1") // true */
export function isAtLeast(version: string, minimum: string): boolean {
  return minimum.localeCompare(version, "en", { numeric: true }) <= 0;
}
