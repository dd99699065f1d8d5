import { spawn } from "node:child_process";
import { constants } from "node:os";

const SHOWN_OUTPUT = 2000;
const STOPPING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface RunOptions {
  /** Minutes after which the command and everything it started is killed. */
  minutes: number;
  cwd?: string;
  /** Added to this process's own environment. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Runs a command to its end and returns its stdout.
 * @throws an error with the command, how it ended and the end of its output.
 */
export function run(command: string, args: string[], { minutes, cwd, env }: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that a stop reaches what the command itself started.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let stdout = "";
    let output = "";
    let timedOut = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });

    const bound = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, minutes * 60_000);
    const stop = (signal: NodeJS.Signals) => {
      killGroup(child.pid);
      process.exit(128 + constants.signals[signal]);
    };
    for (const signal of STOPPING_SIGNALS) process.once(signal, stop);
    const settled = () => {
      clearTimeout(bound);
      for (const signal of STOPPING_SIGNALS) process.off(signal, stop);
    };

    child.once("error", (error) => {
      settled();
      reject(new Error(`${command} could not be started: ${error.message}`, { cause: error }));
    });
    child.once("close", (code, signal) => {
      settled();
      if (code === 0) return resolve(stdout);
      const end = timedOut ? `was stopped after ${minutes} min` : signal ? `died of ${signal}` : `exited with ${code}`;
      reject(new Error(`${[command, ...args].join(" ")} ${end}: ${output.trim().slice(-SHOWN_OUTPUT) || "no output"}`));
    });
  });
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
