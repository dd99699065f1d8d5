import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A shell that a host may have, with the tools that come with it. */
export interface Shell {
  name: string;
  /** Why it can't be tried here. */
  missing?: string;
  command: string[];
}

const tools = mkdtempSync(join(tmpdir(), "ssh-keepalive-busybox-"));

export const SHELLS: Shell[] = [
  shell("dash", ["dash"]),
  shell("bash", ["bash", "--posix"]),
  // Alone on its PATH but for OpenSSH and what it lacks, so that its own awk, head, stat and cp do the work.
  shell("busybox", ["env", `PATH=${tools}:/usr/sbin:/usr/bin:/bin`, "sh"]),
];

function shell(name: string, command: string[]): Shell {
  const installed = spawnSync(name, [name === "busybox" ? "true" : "-c", ":"]).status === 0;
  return installed ? { name, command } : { name, command, missing: `${name} is not installed` };
}

before(() => {
  if (SHELLS.some(({ name, missing }) => name === "busybox" && missing)) return;
  execFileSync("busybox", ["--install", "-s", tools]);
});
after(() => rmSync(tools, { recursive: true, force: true }));
