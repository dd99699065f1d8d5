import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Become, prelude, rootCommand } from "../target";

/** The commands that carry out a plan and undo it. They are constant: all that varies is on stdin. */
export async function commands(become: Become | undefined): Promise<Record<"create" | "update" | "delete", string>> {
  const names = ["file.sh", "transaction.sh", "files.sh", "journal.sh", "openssh.sh", "apply.sh", "undo.sh"];
  const texts = names.map((name) => readFile(join(__dirname, name), "utf8"));
  const [start, file, transaction, files, journal, openssh, apply, undo] = await Promise.all([prelude(), ...texts]);
  // It also runs by itself, with a user's rights.
  const fileScript = `print_file_script() {\ncat <<'SSH_KEEPALIVE_FILE'\n${start}${file}SSH_KEEPALIVE_FILE\n}\nfile_script=$(print_file_script)\n`;
  const shared = `${start}${fileScript}${transaction}${files}${journal}${openssh}`;
  // What is created may replace a resource that is deleted later in the same run; what is updated does not.
  const applyAs = (operation: string) => rootCommand(become, `${shared}operation=${operation}\n${apply}`);
  return { create: applyAs("create"), update: applyAs("update"), delete: rootCommand(become, `${shared}${undo}`) };
}
