import type { Observation } from "../observe";
import { isOwnLine } from "../plan";

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
  if (!Number.isSafeInteger(transaction) || !owner || !resource) return undefined;
  if (!isDocument(document, owner, resource)) return undefined;
  return { transaction, state, cause: fields.get("cause"), owner, resource, document };
}

const PART = "(server|client|client:[^\\s:]+|putty:[^\\s:]+)";
const HASH = "([0-9a-f]{64}|-)";
const FORMER = "(-|-?\\d{1,10})";

/** The lines that a plan document is made of, by their first word; those that it can't be without come first. */
const LINES = {
  machine: /^machine [0-9a-f]{64}$/,
  owner: /^owner /,
  resource: /^resource /,
  fingerprint: /^fingerprint [0-9a-f]{64}$/,
  journal: /^journal \//,
  local: /^local yes$/,
  takeOver: /^takeOver yes$/,
  programs: /^sshd? \//,
  asker: /^asker [a-z]+$/,
  service: /^service \S+ \S+$/,
  file: new RegExp(`^file ${PART} /\\S* ${HASH} ${HASH}$`),
  config: new RegExp(`^config ${PART} /\\S* \\S+$`),
  splice: /^splice \d+ \d+$/,
  session: /^\+PingInterval(Secs)?=-?\d{1,10}$/,
  expect: new RegExp(`^expect ${PART} [a-z]+ \\d+$`),
  former: new RegExp(`^former /\\S* PingInterval(Secs)? \\d+ ${FORMER}$`),
};
const REQUIRED = [LINES.machine, LINES.owner, LINES.resource, LINES.fingerprint, LINES.journal];

/** Only what we write ourselves is sent back to a host, kept in the state and shown by the engine. */
function isDocument(text: string, owner: string, resource: string): boolean {
  const lines = text.split("\n");
  const content = lines.slice(1, -2);
  const isKnown = (line: string) =>
    Object.values(LINES).some((known) => known.test(line)) || (line.startsWith("+") && isOwnLine(line.slice(1)));
  const isOurs = (line: string) => !/[\p{Cc}\p{Cf}]|<\{%/u.test(line) && isKnown(line);
  return (
    lines[0] === "ssh-keepalive-plan 1" &&
    lines.at(-1) === "" &&
    lines.at(-2) === "end" &&
    content.every(isOurs) &&
    REQUIRED.every((required) => content.some((line) => required.test(line))) &&
    content.includes(`owner ${owner}`) &&
    content.includes(`resource ${resource}`)
  );
}
