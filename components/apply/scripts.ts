import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Become, prelude, rootCommand } from "../target";

const TEXTS = [
  "transaction",
  "journal",
  "lock",
  "files",
  "openssh",
  "service",
  "rollback",
  "apply",
  "ownLines",
  "undo",
  "confirm",
  "main",
];

/** What runs on a host, as root; the plan document is its stdin. */
export interface Commands {
  /** Carries out the plan of a resource that is created: it may replace one that is deleted later in the same run. */
  create: string;
  /** The same for one that is updated. */
  update: string;
  /** Takes out what is ours. */
  delete: string;
  /** Tells the host that a fresh login gets in, so that it does not go back. */
  confirm: string;
}

/** The commands that carry out a plan, confirm and undo it. They are constant: all that varies is on stdin. */
export async function commands(become: Become | undefined): Promise<Commands> {
  const texts = ["file", ...TEXTS].map((name) => readFile(join(__dirname, `${name}.sh`), "utf8"));
  const [start, file, ...parts] = await Promise.all([prelude(), ...texts]);
  // It also runs by itself, with a user's rights.
  const fileScript = kept("file_script", `${start}${file}`);
  // The host keeps the whole text for the process that goes back by itself.
  const script = kept("keepalive_script", `${start}${fileScript}${parts.join("")}`);
  const run = (operation: string) => rootCommand(become, `${script}operation=${operation}\neval "$keepalive_script"\n`);
  return { create: run("create"), update: run("update"), delete: run("delete"), confirm: run("confirm") };
}

/** Shell that has a text in a variable. Not every shell finds the end of a substitution that has any text in it. */
function kept(variable: string, text: string): string {
  const end = `SSH_KEEPALIVE_${variable.toUpperCase()}`;
  return `print_${variable}() {\ncat <<'${end}'\n${text}${end}\n}\n${variable}=$(print_${variable})\n`;
}
