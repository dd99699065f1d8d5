import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedHost } from "../settings";
import { prelude, ReadError, runAsRoot, type Target } from "../target";
import { AnswerError, decode } from "./decode";
import type { Observation } from "./observation";

export const DEFAULT_PATHS = {
  sshdConfig: "/etc/ssh/sshd_config",
  sshConfig: "/etc/ssh/ssh_config",
  journal: "/var/lib/ssh-keepalive/journal",
};

/** Reads a host: one connection, one script, nothing changed. */
export async function observe(target: Target, host: ResolvedHost): Promise<Observation> {
  const answer = await runAsRoot(target, await script(host));
  try {
    return decode(answer);
  } catch (error) {
    if (error instanceof AnswerError)
      throw new ReadError(`its answer can't be used: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What a shell on the host gets on stdin. */
export async function script(host: Pick<ResolvedHost, "paths">): Promise<string> {
  return (await prelude()) + request(host) + (await readFile(join(__dirname, "read.sh"), "utf8"));
}

/** Paths travel as data: a quoted here-document, each line behind a word of ours, so that none can end it. */
function request(host: Pick<ResolvedHost, "paths">): string {
  const paths = Object.entries({ ...DEFAULT_PATHS, ...host.paths }).map(([key, path]) => `${key} ${path}\n`);
  return `request=$(cat <<'SSH_KEEPALIVE_REQUEST'\n${paths.join("")}SSH_KEEPALIVE_REQUEST\n)\n`;
}
