import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { type CommandInputs, previousOutput, type Task } from "./task";
import { type Output, Transcript } from "./transcript";

export interface LocalInputs extends CommandInputs {
  interpreter?: string[];
  dir?: string;
}

const defaultInterpreter = process.platform === "win32" ? ["cmd", "/C"] : ["/bin/sh", "-c"];

export async function runLocal(task: Task<LocalInputs>): Promise<Output> {
  const { command, inputs, log, signal } = task;
  const [program = "", ...args] = [...(inputs.interpreter?.length ? inputs.interpreter : defaultInterpreter), command];
  const transcript = new Transcript(log, inputs.logging);
  try {
    // spawn blames the program when it's the directory that is missing
    if (inputs.dir !== undefined) await access(inputs.dir);
    const child = spawn(program, args, {
      cwd: inputs.dir,
      env: { ...process.env, ...inputs.environment, ...previousOutput(task) },
      signal,
      killSignal: "SIGKILL",
    });
    child.stdout.on("data", (chunk: Buffer) => transcript.write("stdout", chunk));
    child.stderr.on("data", (chunk: Buffer) => transcript.write("stderr", chunk));
    // A command needn't read what it's given: its exit status tells whether it missed anything.
    child.stdin.on("error", () => child.stdin.destroy());
    child.stdin.end(inputs.stdin);

    const [status, killedBy] = await once(child, "close");
    if (killedBy) throw new Error(`signal: ${killedBy}`);
    if (status !== 0) throw new Error(`exit status ${status}`);
  } catch (error) {
    throw transcript.failure(error instanceof Error ? error.message : String(error), command);
  }
  return transcript.finish();
}
