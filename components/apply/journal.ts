import type { Observation } from "../observe";
import { type FormerValue, isOwnLine, Refusal } from "../plan";
import { LONGEST_CAUSE } from "./result";

/**
 * What became of a run. `unconfirmed` is one after which nobody has logged in afresh yet; with `applying` or `undoing` it
 * was cut off, or is at work right now; `undone` has nothing of ours any more but what others had made of our lines.
 */
const STATES = ["applied", "applying", "unconfirmed", "undoing", "failed", "undone"] as const;

/** What a host keeps of our last run on it. */
export interface Journal {
  /** Counts the runs that did or tried something, so that no two of them look alike. */
  transaction: number;
  state: (typeof STATES)[number];
  /** Why, where the state is `failed`. */
  cause?: string;
  /** `project/stack` that manages the host, and its resource there. */
  owner: string;
  resource: string;
  /** The plan document that was carried out, or was to be. */
  document: string;
  /** Values of saved sessions before ours; of a change that is not ended also by the values of ours before it. */
  former: FormerValue[];
}

/**
 * A journal that can't be relied on is treated as lost: what is ours in the files is known from the markers.
 *
 * @throws Refusal if a later release wrote it.
 */
export function readJournal(observation: Observation, path: string): Journal | undefined {
  const file = observation.files[path];
  if (file?.state !== "present") return undefined;
  const [head = "", document = ""] = Buffer.from(file.content, "latin1")
    .toString("utf8")
    .split(/^document\n(.*)/ms);
  const [, form] = /^ssh-keepalive-journal (\d{1,9})\n/.exec(head) ?? [];
  if (form !== undefined && Number(form) > 1)
    throw new Refusal(`${path} was written by a later release of ssh-keepalive; run that one, or a still later one`);
  if (form !== "1") return undefined;
  const fields = new Map(head.split("\n").map((line) => line.split(/ (.*)/) as [string, string]));
  const state = STATES.find((known) => known === fields.get("state"));
  const [, transaction] = /^(0|[1-9]\d{0,8})$/.exec(fields.get("transaction") ?? "") ?? [];
  const cause = fields.get("cause")?.slice(0, LONGEST_CAUSE);
  const [owner, resource] = [fields.get("owner"), fields.get("resource")];
  if (!state || transaction === undefined || !owner || !resource) return undefined;
  if (!isDocument(document, owner, resource)) return undefined;
  const former = formerValues(`${head}\n${document}`);
  return { transaction: Number(transaction), state, cause, owner, resource, document, former };
}

/** Values that were there before ours, as a plan document and a journal's head have them. */
function formerValues(text: string): FormerValue[] {
  return [...text.matchAll(/^former (\S+) (\w+) (\d+) (-|-?\d+)$/gm)].map(([, path = "", key = "", ours, former]) => ({
    path,
    key,
    ours: Number(ours),
    former: former === "-" ? undefined : Number(former),
  }));
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
  journal: /^journal \/\S*$/,
  local: /^local yes$/,
  takeOver: /^takeOver yes$/,
  programs: /^sshd? \/\S*$/,
  asker: /^asker [a-z]+$/,
  service: /^service [a-z]+ [A-Za-z0-9._+@/-]+$/,
  activation: /^activation (restart|none)$/,
  // Only where it is what the settings say is such a document sent back.
  reloadCommand: /^reloadCommand [ -~]+$/,
  confirmTimeout: /^confirmTimeout \d{1,4}$/,
  file: new RegExp(`^file ${PART} /\\S* ${HASH} ${HASH}$`),
  config: new RegExp(`^config ${PART} /\\S* \\S+$`),
  source: new RegExp(`^source ${HASH} /[ -~]*$`),
  include: /^include \/[ -~]*$/,
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
