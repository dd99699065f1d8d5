import { spawn } from "node:child_process";
import { explainBecome, rootShell, rootStdin } from "./become";
import { ReadError } from "./errors";
import type { CommandOutcome } from "./outcome";
import { collect, exec, overSsh, send, tooSlow } from "./session";
import type { LocalTarget, RemoteTarget, Target } from "./target";

const READ_TIMEOUT = 120_000;
const CONFIRM_TIMEOUT = 30_000;

/** Runs a command on a connection that is open. */
export type RunCommand = (command: string, stdin: string) => Promise<CommandOutcome>;

/**
 * Runs a script of POSIX sh with root's rights on a host, over one connection; on a local host as a process.
 *
 * @param otherwise what is tried on that same connection where the script failed: the host may have no `/bin/sh`.
 * @returns what the script wrote to stdout, or what `otherwise` made of the host.
 * @throws UnreachableError if the host does not answer within its `connectTimeout`; ReadError for all else.
 */
export async function runAsRoot<T = never>(
  target: Target,
  script: string,
  otherwise?: (run: RunCommand) => Promise<T | undefined>,
): Promise<Buffer | T> {
  const command = rootShell(target.become);
  const stdin = rootStdin(target.become, script);
  const judged = async (ended: CommandOutcome, run?: RunCommand) => {
    if (ended.status === 0) return ended.out;
    const other = run && (await otherwise?.(run));
    if (other === undefined) throw new ReadError(refusal(target, ended, "reading"));
    return other;
  };
  if (target.kind === "local") return judged(await runLocally(command, stdin));
  return overSsh(
    target,
    async (client) => {
      const run: RunCommand = (line, input) => exec(client, line, input);
      return judged(await run(command, stdin), run);
    },
    READ_TIMEOUT,
  );
}

/**
 * Logs in afresh and runs one command line.
 *
 * @returns what it wrote to stdout, without blanks and newlines at its end.
 * @throws UnreachableError or ReadError if that does not work.
 */
export async function runAfresh(target: RemoteTarget, command: string, stdin: string): Promise<string> {
  const ended = await overSsh(target, (client) => exec(client, command, stdin), CONFIRM_TIMEOUT);
  if (ended.status !== 0) throw new ReadError(refusal(target, ended, "confirming"));
  return ended.out.toString("utf8").trimEnd();
}

function runLocally(command: string, stdin: string): Promise<CommandOutcome> {
  const child = spawn("/bin/sh", ["-c", command]);
  return new Promise<CommandOutcome>((resolve, reject) => {
    const timer = setTimeout(() => giveUp(tooSlow(READ_TIMEOUT)), READ_TIMEOUT);
    const giveUp = (error: ReadError) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      // What it started may be root's and live on, with its ends of the pipes.
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      reject(error);
    };
    child.once("error", (error) =>
      giveUp(new ReadError(`/bin/sh can't be run here: ${error.message}; a local host needs it`)),
    );
    const output = collect(child.stdout, child.stderr, giveUp);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ status: code ?? signal ?? "none", ...output() });
    });
    send(child.stdin, stdin);
  });
}

function refusal(
  { become, user }: RemoteTarget | LocalTarget,
  { status, out, err }: CommandOutcome,
  doing: "reading" | "confirming",
): string {
  const words = (err.length > 0 ? err : out).toString("latin1").trim();
  const said = words.split("\n").slice(-3).join(" / ").slice(0, 400);
  if (/account is (currently )?not available/.test(words))
    return `${user}'s login shell there lets nobody in (${said}); log in as another user, or give ${user} a shell`;
  const ended = typeof status === "number" ? `ended with status ${status}` : `was ended by signal ${status}`;
  return explainBecome(become, user, words) ?? `${doing} it ${ended}${said ? `: ${said}` : ""}`;
}
