import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Looks, again and again, for words in the arguments and environments of all processes, those of the hosts among them. */
export function watchProcesses(...words: string[]): { stop(): Promise<string[]> } {
  const look = "while :; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\000' '\\n'; done";
  const watcher = spawn("sh", ["-c", look], { stdio: ["ignore", "pipe", "ignore"] });
  const found = new Set<string>();
  let rest = "";
  watcher.stdout.on("data", (data: Buffer) => {
    const lines = (rest + data.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (words.some((word) => line.includes(word))) found.add(line);
  });
  return {
    async stop() {
      watcher.kill();
      await once(watcher, "close");
      return [...found];
    },
  };
}

/** All that is in the files of a stack's state, history and backups included. */
export function stateText(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}
