import type { ClientChannel } from "ssh2";
import { type Connection, dial } from "./connection";
import { execute, type Variable } from "./exec";
import { type CommandInputs, previousOutput, type Task } from "./task";
import { type Output, Transcript } from "./transcript";

export interface RemoteInputs extends CommandInputs {
  connection: Connection;
}

/** The signals that RFC 4254 names, with their usual numbers. */
const signalNumbers: Record<string, number> = {
  ABRT: 6,
  ALRM: 14,
  FPE: 8,
  HUP: 1,
  ILL: 4,
  INT: 2,
  KILL: 9,
  PIPE: 13,
  QUIT: 3,
  SEGV: 11,
  TERM: 15,
};

/** Runs a command over a connection of its own, which stays open until the engine stops the plugin. */
export async function runRemote(task: Task<RemoteInputs>): Promise<Output> {
  const { command, inputs, log } = task;
  const client = await dial(inputs.connection, task);
  const transcript = new Transcript(log, inputs.logging);
  const failure = await execute(client, command, variablesOf(task), (channel) =>
    follow(channel, inputs.stdin, transcript),
  );
  if (failure) throw transcript.failure(failure, command);
  return transcript.finish();
}

function variablesOf(task: Task<RemoteInputs>): Variable[] {
  const { inputs, log } = task;
  const asked = Object.entries(inputs.environment ?? {}).map(([name, value]) => ({
    name,
    value,
    refused() {
      log("error", refusal(name));
      throw new Error(`could not set environment variable "${name}": ssh: setenv failed`);
    },
  }));
  const offered = Object.entries(previousOutput(task)).map(([name, value]) => ({
    name,
    value,
    refused: () => log("warn", refusal(name)),
  }));
  return [...asked, ...offered];
}

const refusal = (name: string): string =>
  `The SSH server refused the environment variable ${name}: its AcceptEnv must name it. ` +
  `A command for a POSIX shell can also set it itself: ${name}=value command.`;

/** Waits for the command's end; resolves to what was wrong with it. */
function follow(
  channel: ClientChannel,
  stdin: string | undefined,
  transcript: Transcript,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure: string | undefined = "wait: remote command exited without exit status or exit signal";
    channel.on("data", (chunk: Buffer) => transcript.write("stdout", chunk));
    channel.stderr.on("data", (chunk: Buffer) => transcript.write("stderr", chunk));
    channel.on("exit", (status: number | null, signal?: string, _dumped?: unknown, reason?: string) => {
      failure = status === 0 ? undefined : describeExit(status, signal, reason);
    });
    channel.on("close", () => resolve(failure));
    channel.end(stdin);
  });
}

function describeExit(status: number | null, signal?: string, reason?: string): string {
  const name = signal?.replace(/^SIG/, "") ?? "";
  const code = status ?? 128 + (signalNumbers[name] ?? 0);
  return `Process exited with status ${code}${name && ` from signal ${name}`}${reason ? `. Reason was: ${reason}` : ""}`;
}
