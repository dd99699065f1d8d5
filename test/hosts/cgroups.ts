import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where the unified hierarchy is mounted, if it is. The last mount counts: it may cover an earlier one. */
export function cgroupRoot(): string | undefined {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return mounts.findLast((line) => line.includes(" - cgroup2 "))?.split(" ")[4];
}

/** Directory of the cgroup that this process is in. */
export function ownCgroup(): string {
  const path = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
  const root = cgroupRoot();
  if (path === undefined || root === undefined) throw new Error("cgroup v2 is not mounted on this machine");
  return join(root, path);
}

/** Whether any process lives in the cgroup or below it. */
export const isPopulated = (cgroup: string) =>
  /^populated 1$/m.test(readFileSync(join(cgroup, "cgroup.events"), "utf8"));

/** Kills all processes in the cgroup and below it, also those just being forked, and removes it. */
export async function endCgroup(cgroup: string): Promise<void> {
  if (!existsSync(cgroup)) return;
  writeFileSync(join(cgroup, "cgroup.kill"), "1");
  const deadline = Date.now() + 10_000;
  while (isPopulated(cgroup)) {
    if (Date.now() > deadline) throw new Error(`Processes in ${cgroup} are still alive 10 s after they were killed`);
    await sleep(10);
  }
  removeTree(cgroup);
}

// A cgroup's files are the kernel's and go with their directory, so a recursive rm would fail on them.
function removeTree(cgroup: string): void {
  for (const entry of readdirSync(cgroup, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(cgroup, entry.name));
  rmdirSync(cgroup);
}
