import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedHost } from "../settings";
import { becomePrefix, prelude, type Target } from "../target";
import { AnswerError, decode } from "./decode";
import type { Observation } from "./observation";
import { ReadError, runOn } from "./read";

export const DEFAULT_PATHS = {
  sshdConfig: "/etc/ssh/sshd_config",
  sshConfig: "/etc/ssh/ssh_config",
  journal: "/var/lib/ssh-keepalive/journal",
};

/** Reads a host: one connection, one script, nothing changed. */
export async function observe(target: Target, host: ResolvedHost): Promise<Observation> {
  const script = await readFile(join(__dirname, "read.sh"), "utf8");
  const answer = await runOn(target, `${becomePrefix(host)}/bin/sh -s`, (await prelude()) + request(host) + script);
  try {
    return decode(answer);
  } catch (error) {
    if (error instanceof AnswerError)
      throw new ReadError(`its answer can't be used: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Paths travel as data: a quoted here-document, each line behind a word of ours, so that none can end it. */
function request(host: ResolvedHost): string {
  const paths = Object.entries({ ...DEFAULT_PATHS, ...host.paths }).map(([key, path]) => `${key} ${path}\n`);
  return `request=$(cat <<'SSH_KEEPALIVE_REQUEST'\n${paths.join("")}SSH_KEEPALIVE_REQUEST\n)\n`;
}
