import { run } from "./engine/process";

const OPTIONS = { minutes: 10, env: { DEBIAN_FRONTEND: "noninteractive" } };

/** Installs Debian packages, as root. The package lists are fetched only where an installation fails without. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  try {
    await run("apt-get", install, OPTIONS);
  } catch {
    // Most likely the lists are missing or stale; if not, the second attempt says what is wrong.
    await run("apt-get", ["update"], OPTIONS);
    await run("apt-get", install, OPTIONS);
  }
}
