import type { Observation } from "../observe";

/** What a host keeps of our last run on it. */
export interface Journal {
  /** Counts the runs that did or tried something, so that no two of them look alike. */
  transaction: number;
  state: "applied" | "applying" | "failed";
  /** Why, where the state is `failed`. */
  cause?: string;
  /** `project/stack` that manages the host, and its resource there. */
  owner: string;
  resource: string;
  /** The plan document that was carried out, or was to be. */
  document: string;
}

/** A journal that can't be relied on is treated as lost: what is ours in the files is known from the markers. */
export function readJournal(observation: Observation, path: string): Journal | undefined {
  const file = observation.files[path];
  if (file?.state !== "present") return undefined;
  const [head = "", document = ""] = Buffer.from(file.content, "latin1")
    .toString("utf8")
    .split(/^document\n(.*)/ms);
  if (!head.startsWith("ssh-keepalive-journal 1\n")) return undefined;
  const fields = new Map(head.split("\n").map((line) => line.split(/ (.*)/) as [string, string]));
  const state = fields.get("state");
  const transaction = Number(fields.get("transaction"));
  const [owner, resource] = [fields.get("owner"), fields.get("resource")];
  if (state !== "applied" && state !== "applying" && state !== "failed") return undefined;
  if (!Number.isSafeInteger(transaction) || !owner || !resource || !isDocument(document)) return undefined;
  return { transaction, state, cause: fields.get("cause"), owner, resource, document };
}

/** Only what a plan document can hold is ever sent back to a host. */
function isDocument(text: string): boolean {
  const lines = text.split("\n");
  const known =
    /^(?:(?:machine|owner|resource|fingerprint|takeOver|journal|sshd|ssh|service|file|splice|expect) |\+)\P{Cc}*$/u;
  return (
    lines[0] === "ssh-keepalive-plan 1" &&
    lines.at(-1) === "" &&
    lines.at(-2) === "end" &&
    lines.slice(1, -2).every((line) => known.test(line))
  );
}
