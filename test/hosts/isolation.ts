import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { cgroupRoot, endCgroup, isPopulated, ownCgroup } from "./cgroups";

/*
 * A run lives in mount, network and PID namespaces of its own, because then the kernel does the cleaning up: when the
 * run's PID 1 dies, and it dies with its parent, all of the run's processes are killed, and its hosts, mounts, links and
 * named network namespaces go with the last of them. `ip netns exec` would isolate packets only.
 * What outlives the namespaces is the run's cgroup, an empty directory. The kernel tells whether anyone lives in it, so it
 * is also the record that sweep() goes by.
 */
const prefix = "ssh-keepalive-";

/** Exists in an isolated run only, whose /run is its own. */
export const runDir = "/run/ssh-keepalive";

/** argv for `command` in mount and PID namespaces of its own, all killed at once when that process is. */
export const contained = (command: readonly string[], ...alsoUnshare: string[]) => [
  "unshare",
  "--mount",
  "--pid",
  "--mount-proc",
  "--fork",
  "--kill-child",
  ...alsoUnshare,
  ...command,
];

/**
 * Runs a command where real hosts can be made and no packet leaves the machine; resolves to its exit code once everything
 * is gone again. SIGINT, SIGTERM and SIGHUP end the run at once.
 * @example process.exitCode = await runIsolated(["npx", "mocha"]);
 */
export async function runIsolated(command: readonly string[]): Promise<number> {
  await sweep();
  const cgroup = join(ownCgroup(), `${prefix}${process.pid}-${Date.now()}`);
  const inside = contained(["sh", join(__dirname, "init.sh"), cgroupRoot() ?? "", ...command], "--net");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", ...inCgroup(cgroup, inside)], { stdio: "inherit" });

  let interrupted: NodeJS.Signals | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    interrupted = signal;
    child.kill("SIGKILL");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  const [code] = (await once(child, "exit")) as [number | null];
  await endCgroup(cgroup);
  for (const signal of signals) process.off(signal, interrupt);
  return interrupted ? 128 + constants.signals[interrupted] : (code ?? 1);
}

/** argv that makes the cgroup and runs the command in it from its first instruction on. */
export const inCgroup = (cgroup: string, command: readonly string[]) => [
  "sh",
  "-c",
  'mkdir "$1" && echo 0 >"$1/cgroup.procs" && shift && exec "$@"',
  "sh",
  cgroup,
  ...command,
];

/** Removes what runs left behind that were killed outright; leaves the living ones alone, also those just starting. */
export async function sweep(): Promise<void> {
  const parent = ownCgroup();
  const runs = readdirSync(parent).filter((name) => name.startsWith(prefix) && !isStarting(name));
  for (const run of runs.map((name) => join(parent, name)))
    try {
      if (!isPopulated(run)) await endCgroup(run);
    } catch (error) {
      // Another run sweeps as well.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
}

/** Whether the process that starts a run, after which its cgroup is named, is there: the run's own may not be yet. */
function isStarting(name: string): boolean {
  const [, pid] = /(\d+)-\d+$/.exec(name) ?? [];
  return pid !== undefined && existsSync(`/proc/${pid}`);
}

/** Why hosts cannot be made in this process; undefined in an isolated run. */
export function notIsolated(): string | undefined {
  if (existsSync(runDir)) return undefined;
  return "hosts can be made in an isolated run only: start through `npm test` or test/hosts/enter.ts";
}
