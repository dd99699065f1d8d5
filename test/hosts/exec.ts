import { spawn } from "node:child_process";

export interface Finished {
  /** The exit code; -1 if a signal ended the command. */
  code: number;
  stdout: Buffer;
  stderr: string;
}

export interface ExecOptions {
  /** Sent to the command's standard input, which is empty otherwise. */
  input?: string | Buffer;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The command is killed, and the call rejects, when this aborts. */
  signal?: AbortSignal;
  /** Sees standard output as it comes, for progress. */
  onOutput?: (text: string) => void;
}

/** Runs a command to its end, whatever its exit code. Rejects only when it cannot be started or is aborted. */
export function tryExec(argv: readonly string[], options: ExecOptions = {}): Promise<Finished> {
  const [file = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: options.env, signal: options.signal });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout.push(chunk);
      options.onOutput?.(chunk.toString());
    });
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    // A command that does not read its input to the end is free to; its exit code tells whether that was an error.
    child.stdin.on("error", (error: NodeJS.ErrnoException) => error.code === "EPIPE" || reject(error));
    child.stdin.end(options.input);
    child.on("close", (code) =>
      resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

/** As tryExec, and rejects when the exit code is not 0, with the command and the end of what it said. */
export async function exec(argv: readonly string[], options: ExecOptions = {}): Promise<Buffer> {
  const { code, stdout, stderr } = await tryExec(argv, options);
  if (code === 0) return stdout;
  const said = `${stdout}${stderr}`.trim().split("\n").slice(-10).join("\n");
  throw new Error(`${argv.join(" ")}: exit code ${code}: ${said}`);
}
