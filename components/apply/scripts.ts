import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedHost } from "../settings";
import { becomePrefix, prelude } from "../target";

/** The commands that carry out a plan and undo it. They are constant: all that varies is on stdin. */
export async function commands(host: Pick<ResolvedHost, "become">): Promise<{ create: string; delete: string }> {
  const parts = ["transaction.sh", "apply.sh", "undo.sh"].map((name) => readFile(join(__dirname, name), "utf8"));
  const [start, transaction, apply, undo] = await Promise.all([prelude(), ...parts]);
  const run = (script: string) => `${becomePrefix(host)}/bin/sh -c '${script.replaceAll("'", "'\\''")}'`;
  return { create: run(`${start}${transaction}${apply}`), delete: run(`${start}${transaction}${undo}`) };
}
