import { Client } from "ssh2";
import type { Target } from "../target";

const ANSWER_LIMIT = 16 * 1024 * 1024;
const READ_TIMEOUT = 120_000;

/** A host that did not answer, as opposed to one that answered and said no. */
export class UnreachableError extends Error {}

/** A host that answered and could not be read. */
export class ReadError extends Error {}

/**
 * Runs a command on a host over one connection and gives it a script on stdin.
 *
 * @returns what it wrote to stdout.
 * @throws UnreachableError if the host does not answer within its `connectTimeout`; ReadError for all else.
 */
export async function runOn(target: Target, command: string, stdin: string): Promise<Buffer> {
  const client = new Client();
  const endpoint = `${target.address}:${target.port}`;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const slow = () => reject(new ReadError(`it gave no complete answer within ${READ_TIMEOUT / 1000} s`));
      timer = setTimeout(slow, READ_TIMEOUT);
      client.on("error", (error) => reject(explain(error, target, endpoint)));
      client.on("close", () => reject(new UnreachableError(`${endpoint} closed the connection`)));
      client.on("ready", () => exec(client, target, command, stdin).then(resolve, reject));
      client.on("keyboard-interactive", (_name, _instructions, _lang, prompts, finish) =>
        finish(prompts.map(() => target.password ?? "")),
      );
      connect(client, target);
    });
  } finally {
    clearTimeout(timer);
    client.destroy();
  }
}

function connect(client: Client, target: Target): void {
  const [type, key] = target.hostKey.split(" ");
  const { privateKey, privateKeyPassword, password, agentSocketPath } = target;
  try {
    client.connect({
      host: target.address,
      port: target.port,
      username: target.user,
      privateKey,
      passphrase: privateKeyPassword,
      password,
      tryKeyboard: password !== undefined,
      agent: privateKey || password ? undefined : (agentSocketPath ?? process.env.SSH_AUTH_SOCK),
      readyTimeout: target.connectTimeout * 1000,
      algorithms: { serverHostKey: [type as "ssh-ed25519"] },
      hostVerifier: (offered: Buffer) => offered.toString("base64") === key,
    });
  } catch (error) {
    // ssh2 throws for a key that it can't use, before it dials.
    throw new ReadError(
      `its privateKey can't be used (${(error as Error).message}); give the content of an OpenSSH or PEM private key, and ` +
        "its passphrase in privateKeyPassword if it has one",
      { cause: error },
    );
  }
}

function exec(client: Client, target: Target, command: string, stdin: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(new ReadError(`it refused to run a command: ${error.message}`));
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      let size = 0;
      channel.on("data", (data: Buffer) => {
        size += data.length;
        if (size > ANSWER_LIMIT) reject(new ReadError(`its answer is larger than ${ANSWER_LIMIT} bytes`));
        else out.push(data);
      });
      channel.stderr.on("data", (data: Buffer) => {
        if (err.length < 64) err.push(data);
      });
      channel.on("close", (code: number | null, signal?: string) => {
        if (code === 0) resolve(Buffer.concat(out));
        else reject(new ReadError(refusal(target, code, signal, Buffer.concat(err.length > 0 ? err : out))));
      });
      channel.end(stdin);
    });
  });
}

function explain(error: Error & { level?: string; code?: string }, target: Target, endpoint: string): Error {
  if (error.level === "agent")
    return new ReadError(
      "the SSH agent does not answer; start it, see that SSH_AUTH_SOCK names it, or give a privateKey",
    );
  if (error.level === "client-authentication")
    return new ReadError(
      `${endpoint} does not let ${target.user} log in with what the settings give; check user and key`,
    );
  if (error.message.includes("denied") || error.message.includes("no matching host key format"))
    return new ReadError(
      `${endpoint} has another host key than the expected ${target.hostKey}; if the machine was replaced on purpose, ` +
        "give its new key in hostKey or known_hosts",
    );
  if (error.level === "client-timeout" || error.level === "client-socket" || error.code)
    return new UnreachableError(`${endpoint} does not answer: ${error.message}`);
  return new ReadError(`${endpoint}: ${error.message}`);
}

function refusal(target: Target, code: number | null, signal: string | undefined, output: Buffer): string {
  const words = output.toString("latin1").trim();
  const said = words.split("\n").slice(-3).join(" / ").slice(0, 400);
  if (/\bsudo: (command )?not found/.test(words))
    return `it has no sudo: install it, or log in as root with become.method none`;
  if (/^sudo: /m.test(words))
    return `sudo refused: ${said}; let ${target.user} use sudo without a password, or log in as root`;
  const status = code === null ? "ended without a status" : `ended with status ${code}`;
  return `reading it ${signal ? `was ended by signal ${signal}` : status}${said ? `: ${said}` : ""}`;
}
