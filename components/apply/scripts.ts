import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Become, prelude, rootCommand } from "../target";

/** The commands that carry out a plan and undo it. They are constant: all that varies is on stdin. */
export async function commands(become: Become | undefined): Promise<Record<"create" | "update" | "delete", string>> {
  const parts = ["transaction.sh", "apply.sh", "undo.sh"].map((name) => readFile(join(__dirname, name), "utf8"));
  const [start, transaction, apply, undo] = await Promise.all([prelude(), ...parts]);
  // What is created may replace a resource that is deleted later in the same run; what is updated does not.
  const applyAs = (operation: string) => rootCommand(become, `${start}operation=${operation}\n${transaction}${apply}`);
  return {
    create: applyAs("create"),
    update: applyAs("update"),
    delete: rootCommand(become, `${start}${transaction}${undo}`),
  };
}
