import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Desired, probeHost, type ResolvedHost } from "../settings";
import { prelude, ReadError, runAsRoot, type Target } from "../target";
import { AnswerError, decode } from "./decode";
import type { Observation } from "./observation";
import { readWindows } from "./windows";
import type { WindowsObservation } from "./windowsObservation";

export const DEFAULT_PATHS = {
  sshdConfig: "/etc/ssh/sshd_config",
  sshConfig: "/etc/ssh/ssh_config",
  journal: "/var/lib/ssh-keepalive/journal",
};

/** Reads a host: one connection, one script, on Windows another one after it, and nothing changed. */
export async function observe(
  target: Target,
  host: ResolvedHost,
  desired: Desired,
): Promise<Observation | WindowsObservation> {
  try {
    const answer = await runAsRoot(target, await script(host, desired), readWindows);
    return Buffer.isBuffer(answer) ? decode(answer) : answer;
  } catch (error) {
    if (error instanceof AnswerError)
      throw new ReadError(`its answer can't be used: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What a shell on the host gets on stdin. */
export async function script(
  host: Pick<ResolvedHost, "paths">,
  desired: Pick<Desired, "parts"> = { parts: [] },
): Promise<string> {
  const names = ["tree.sh", "user.sh", "read.sh"].map((name) => readFile(join(__dirname, name), "utf8"));
  const [start, tree, user, read] = await Promise.all([prelude(), ...names]);
  const userScript = `user_script() {\ncat <<'SSH_KEEPALIVE_USER'\n${start}${tree}${user}SSH_KEEPALIVE_USER\n}\n`;
  return `${start}${userScript}${tree}${request(host, desired)}${read}`;
}

/** What is asked travels as data: a quoted here-document, each line behind a word of ours, so that none can end it. */
function request({ paths }: Pick<ResolvedHost, "paths">, { parts }: Pick<Desired, "parts">): string {
  const lines = Object.entries({ ...DEFAULT_PATHS, ...paths }).map(([key, path]) => `${key} ${path}`);
  const system = parts.find(({ role, user }) => role === "client" && user === undefined);
  const hostPatterns = system && "hostPatterns" in system ? system.hostPatterns : undefined;
  lines.push(`probe ${probeOf(hostPatterns)}`);
  if (hostPatterns) lines.push(`patterns ${hostPatterns.join(" ")}`);
  for (const part of parts) {
    if (part.user === undefined) continue;
    const patterns = part.role === "client" ? part.hostPatterns : undefined;
    lines.push(["user", part.user, part.role, probeOf(patterns), ...(patterns ?? [])].join(" "));
  }
  return `request=$(cat <<'SSH_KEEPALIVE_REQUEST'\n${lines.join("\n")}\nSSH_KEEPALIVE_REQUEST\n)\n`;
}

/** Patterns that are for no host are refused once the host is read. */
function probeOf(hostPatterns: string[] | undefined): string {
  return probeHost(hostPatterns) ?? (probeHost() as string);
}
