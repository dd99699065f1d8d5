import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Become, prelude, rootCommand } from "../target";

/** The commands that carry out a plan and undo it. They are constant: all that varies is on stdin. */
export async function commands(become: Become | undefined): Promise<{ create: string; delete: string }> {
  const parts = ["transaction.sh", "apply.sh", "undo.sh"].map((name) => readFile(join(__dirname, name), "utf8"));
  const [start, transaction, apply, undo] = await Promise.all([prelude(), ...parts]);
  return {
    create: rootCommand(become, `${start}${transaction}${apply}`),
    delete: rootCommand(become, `${start}${transaction}${undo}`),
  };
}
