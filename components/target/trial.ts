import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "ssh2";
import { rootCommand, rootStdin } from "./become";
import { logIn, nameOf } from "./dial";
import { ReadError, UnreachableError } from "./errors";
import { prelude } from "./prelude";
import { exec, open, overSsh } from "./session";
import type { RemoteTarget } from "./target";

/** Seconds, and milliseconds for all of it. */
const [LOGIN_TIMEOUT, TIMEOUT] = [20, 60_000];

/** A config that the running sshd has not read. */
export interface Untried {
  sshd: string;
  config: string;
  /** Whether its files have changed for certain. Where nobody knows, what can't be tried does not refuse a host for good. */
  changed: boolean;
  /** Whether they say where sshd listens: not so where another program listens for it. */
  listens: boolean;
}

/**
 * Tries whether one still gets in once sshd has read its files: by an sshd that is started for that alone, over a session
 * that is open, and by what sshd says of a login from the same address to the same port.
 *
 * @returns why not, or why nobody knows; undefined where one gets in and a command runs.
 * @throws UnreachableError or ReadError if the host can't be asked.
 */
export async function whyNoLogin(target: RemoteTarget, untried: Untried): Promise<string | undefined> {
  return overSsh(
    target,
    async (client) => {
      const elsewhere = await whyElsewhere(client, target, untried);
      if (elsewhere !== undefined) return untried.changed ? elsewhere : undefined;
      return whyRefused(client, target, untried);
    },
    TIMEOUT,
  );
}

async function whyRefused(
  client: Client,
  target: RemoteTarget,
  { sshd, config }: Untried,
): Promise<string | undefined> {
  const inside = { ...target, address: "sshd" };
  // A shell reads no more than the lines that it is asked to: what follows is sshd's.
  const script = 'read -r sshd && read -r config && exec "$(command -v "$sshd")" -i -f "$config"';
  const channel = await open(client, rootCommand(target.become, script));
  channel.write(rootStdin(target.become, `${sshd}\n${config}\n`));
  try {
    const inner = await logIn(inside, LOGIN_TIMEOUT, channel);
    const timer = new AbortController();
    const late = sleep(LOGIN_TIMEOUT * 1000, undefined, timer).catch(() => undefined);
    try {
      const ended = await Promise.race([exec(inner, "echo ssh-keepalive", ""), late]);
      if (ended?.out.toString("latin1").trim().endsWith("ssh-keepalive")) return undefined;
      const how = ended ? `it ended with ${ended.status}` : `it took more than ${LOGIN_TIMEOUT} s`;
      return `with it ${target.user} gets in and no command runs (${how})`;
    } finally {
      timer.abort();
      inner.destroy();
    }
  } catch (error) {
    if (!(error instanceof UnreachableError || error instanceof ReadError)) throw error;
    return `with it a login does not get in (${error.message.replace(nameOf(inside), "sshd")})`;
  }
}

async function whyElsewhere(client: Client, target: RemoteTarget, untried: Untried): Promise<string | undefined> {
  const { out } = await exec(client, 'echo "$SSH_CONNECTION"', "");
  const [from = "", , at = "", port = ""] = out.toString("latin1").trim().split(" ");
  // Not every server tells.
  if (!isIP(from) || !isIP(at) || !/^\d+$/.test(port)) return undefined;
  const { sshd, config, listens } = untried;
  const asked = { sshd, config, user: target.user, from, at, port };
  const request = Object.entries(asked).map(([key, value]) => `${key} ${value}\n`);
  const script = (await prelude()) + (await readFile(join(__dirname, "trial.sh"), "utf8"));
  const answer = await exec(client, rootCommand(target.become, script), rootStdin(target.become, request.join("")));
  const said = /^here\n(.*)\nnowhere\n(.*?)\n(fixed\n)?$/s.exec(answer.out.toString("latin1"));
  // An sshd of long ago does not take the question.
  if (!said) return undefined;
  const [here = [], nowhere = []] = [said[1], said[2]].map((lines) => lines?.split("\n") ?? []);
  const places = here.filter((line) => line.startsWith("listenaddress "));
  if (listens && !said[3] && !places.some((line) => isPlace(line, at, port)))
    return `with it sshd no longer listens on port ${port} of ${at}, by which this login came (${places.join(", ")})`;
  const judged = here.find((line) => !line.startsWith("clientalive") && !nowhere.includes(line));
  const named = here.find((line) => /^(allow|deny)users .*@/.test(line));
  const word = named ?? judged;
  return word && `who gets in with it depends on the address, which can't be tried (${word})`;
}

/** Whether a line of `sshd -T` has it listen there. */
function isPlace(line: string, at: string, port: string): boolean {
  const [, address, listened] = /^listenaddress \[?([^\]]*)\]?:(\d+)\b/.exec(line) ?? [];
  return listened === port && [at, isIP(at) === 4 ? "0.0.0.0" : "::"].includes(address ?? "");
}
