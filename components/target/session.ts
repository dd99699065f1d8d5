import type { Readable, Writable } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { dial } from "./dial";
import { LostError, ReadError } from "./errors";
import type { CommandOutcome } from "./outcome";
import type { RemoteTarget } from "./target";

const ANSWER_LIMIT = 16 * 1024 * 1024;

/** Logs in, and gives the connection up after so many milliseconds. */
export async function overSsh<T>(
  target: RemoteTarget,
  use: (client: Client) => Promise<T>,
  timeout: number,
): Promise<T> {
  const { client, close } = await dial(target);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      use(client),
      new Promise<never>((_, reject) => {
        client.once("close", () => reject(new LostError("the connection was lost while it was read; run it again")));
        timer = setTimeout(() => reject(tooSlow(timeout)), timeout);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    close();
  }
}

export async function exec(client: Client, command: string, stdin: string): Promise<CommandOutcome> {
  const channel = await open(client, command);
  return new Promise((resolve, reject) => {
    const output = collect(channel, channel.stderr, reject);
    channel.on("close", (code: number | null, signal?: string) =>
      resolve({ status: code ?? signal ?? "none", ...output() }),
    );
    send(channel, stdin);
  });
}

export function open(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) reject(new ReadError(`it refused to run a command: ${error.message}`));
      else resolve(channel);
    });
  });
}

export function tooSlow(timeout: number): LostError {
  return new LostError(
    `it gave no complete answer within ${timeout / 1000} s; see what keeps it busy and run it again`,
  );
}

/** A command need not read all that it is given: its status tells whether it missed anything. */
export function send(to: Writable, stdin: string): void {
  to.on("error", () => to.destroy());
  to.end(stdin);
}

export function collect(
  stdout: Readable,
  stderr: Readable,
  fail: (error: ReadError) => void,
): () => Pick<CommandOutcome, "out" | "err"> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let size = 0;
  stdout.on("data", (data: Buffer) => {
    size += data.length;
    if (size > ANSWER_LIMIT) fail(new ReadError(`its answer is larger than ${ANSWER_LIMIT} bytes`));
    else out.push(data);
  });
  stderr.on("data", (data: Buffer) => {
    if (err.length < 64) err.push(data);
  });
  return () => ({ out: Buffer.concat(out), err: Buffer.concat(err) });
}
