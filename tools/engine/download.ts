import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./process";
import { CLI_VERSION } from "./versions";

const INSTALLER = "https://get.pulumi.com/install.sh";

/**
 * Installs the official CLI with its language hosts into `directory/bin`, by the official script: all that npm's
 * `pulumi` package and the Automation API's `PulumiCommand.install` do, but bounded in time.
 */
export async function downloadEngine(directory: string): Promise<void> {
  const script = join(directory, "install.sh");
  await writeFile(script, await fetchText(INSTALLER));
  const args = [script, "--no-edit-path", "--install-root", directory, "--version", CLI_VERSION];
  await run("sh", args, { minutes: 10, env: { PULUMI_HOME: join(directory, "home") } });
  await rm(script);
}

async function fetchText(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await response.text();
  } catch (error) {
    // `fetch failed` alone says nothing; what failed is in its cause.
    const { message, cause } = error as Error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : message}`, { cause: error });
  }
}
