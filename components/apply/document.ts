import { createHash } from "node:crypto";
import type { Observation } from "../observe";
import type { FilePlan, FormerValue, PartPlan, Plan } from "../plan";
import { type Activating, Activation, partId, probeHost } from "../settings";
import type { Journal } from "./journal";

/** Who sends a plan. */
export interface Sender {
  /** `project/stack`. */
  owner: string;
  resource: string;
  /** Whether a host that another owner holds is taken over. */
  takeOver: boolean;
  /** Whether it is the machine that runs the program, which may be another one next time. */
  local?: boolean;
}

/** The plan for a host on which there is nothing to do and nothing to undo. */
const NOTHING = "ssh-keepalive-plan 1\nnothing\nend\n";

/** What goes to the host's script, and whether the host has done just that already. */
export interface PlanDocument {
  text: string;
  settled: boolean;
  /** Why it is sent, where no file has to change. */
  note?: string;
}

/**
 * Writes a plan down for the host, one `key value` a line.
 *
 * A host that complies gets exactly the document that it carried out last, so that Pulumi sees the same input and
 * nothing runs. Any other document carries a fingerprint of the host, so that it differs from every earlier one,
 * and is the same in preview and up as long as the host is.
 */
export function planDocument(
  plan: Plan,
  observation: Observation,
  journal: Journal | undefined,
  journalPath: string,
  sender: Sender,
  activating: Activating,
): PlanDocument {
  const files = plan.parts.flatMap((part) => part.files.map((file) => ({ part, file })));
  const complies = files.every(({ file }) => file.content === file.result);
  const ours = files.some(({ file }) => file.hasLines);
  const held = journal?.state !== "undone" && journal?.owner === sender.owner && journal.resource === sender.resource;
  const machine = sha256(`${observation.machine}\n`);
  // Undo finds its files by it, so it has to name all that have lines of ours, and the machine that they are on.
  const how = activatingLines(activating);
  const named =
    JSON.stringify(journal?.document.match(/^(activation|reloadCommand|confirmTimeout) .*$/gm)) ===
      JSON.stringify(how) &&
    journal?.document.includes(`\nmachine ${machine}\n`) &&
    files.every(
      ({ part, file }) => !file.hasLines || journal.document.includes(`\nfile ${partId(part)} ${file.path} `),
    );
  if (complies && held && named && journal.state === "applied") return { text: journal.document, settled: true };
  if (complies && !ours && (!journal || journal.state === "undone")) return { text: NOTHING, settled: true };
  const { sshd, ssh } = observation.programs;
  const lines = [
    "ssh-keepalive-plan 1",
    `machine ${machine}`,
    ...(sender.local ? ["local yes"] : []),
    `owner ${sender.owner}`,
    `resource ${sender.resource}`,
    `fingerprint ${fingerprint(observation, journal)}`,
    ...(sender.takeOver ? ["takeOver yes"] : []),
    `journal ${journalPath}`,
    ...(sshd ? [`sshd ${sshd.path}`] : []),
    ...(ssh ? [`ssh ${ssh.path}`] : []),
    ...(observation.asker ? [`asker ${observation.asker}`] : []),
    ...(observation.service ? [`service ${observation.service.kind} ${observation.service.name}`] : []),
    ...how,
    ...files
      .filter(({ file }) => file.hadLines || file.hasLines)
      .flatMap(({ part, file }) => fileLines(partId(part), file)),
    ...plan.parts.flatMap(askedLines),
    ...plan.parts.flatMap(sourceLines),
    ...plan.parts.flatMap(({ former }) => former.map(formerLine)),
    "end",
    "",
  ];
  return { text: lines.join("\n"), settled: false, note: noteOf(complies, journal, journalPath, sender) };
}

function fileLines(part: string, { path, content, result, splices }: FilePlan): string[] {
  return [
    `file ${part} ${path} ${hash(content)} ${hash(result)}`,
    ...(result === undefined ? [] : splices).flatMap(({ offset, length, lines }) => [
      `splice ${offset} ${length}`,
      ...lines.map((line) => `+${line}`),
    ]),
  ];
}

/** Where OpenSSH has a part's values it is asked about them, and what it has to say. */
function askedLines(part: PartPlan): string[] {
  const { role, path, files, desired = {} } = part;
  const probe = part.probe ?? probeHost();
  if (role === "putty" || !files.some(({ hadLines, hasLines }) => hadLines || hasLines)) return [];
  const hasLines = files.some((file) => file.hasLines);
  return [
    `config ${partId(part)} ${path} ${probe}`,
    ...(hasLines ? Object.entries(desired) : []).map(
      ([keyword, value]) => `expect ${partId(part)} ${keyword.toLowerCase()} ${value}`,
    ),
  ];
}

/**
 * All else that sshd reads. What somebody writes there once it was read may let nobody in, and nobody has tried that. A
 * document takes no name with other than printable ASCII.
 */
function sourceLines({ files, sources = { files: [], includes: {} } }: PartPlan): string[] {
  const ours = files.filter(({ hadLines, hasLines }) => hadLines || hasLines).map(({ path }) => path);
  if (ours.length === 0) return [];
  const isPlain = (path: string) => /^\/(?!.*<\{%)[ -~]*[!-~]$/.test(path);
  return [
    ...sources.files
      .filter(({ path }) => isPlain(path) && !ours.includes(path))
      .map(({ path, content }) => `source ${hash(content)} ${path}`),
    ...Object.entries(sources.includes)
      .filter(([pattern, paths]) => [pattern, ...paths].every(isPlain))
      .map(([pattern]) => `include ${pattern}`),
  ];
}

function formerLine({ path, key, ours, former }: FormerValue): string {
  return `former ${path} ${key} ${ours} ${former ?? "-"}`;
}

function activatingLines({ activation, reloadCommand, confirmTimeout }: Activating): string[] {
  return [
    ...(activation === Activation.Reload ? [] : [`activation ${activation}`]),
    ...(reloadCommand === undefined ? [] : [`reloadCommand ${reloadCommand}`]),
    `confirmTimeout ${confirmTimeout}`,
  ];
}

/** What there is to know of a host beside what changes in its files. */
function noteOf(
  complies: boolean,
  journal: Journal | undefined,
  journalPath: string,
  { owner, resource }: Sender,
): string | undefined {
  switch (journal?.state) {
    case "failed":
      return `the last change failed: ${journal.cause ?? "it gave no reason"}`;
    case "applying":
    case "undoing":
      return "the last change was cut off, or is at work right now; it is carried through";
    case "undone":
      return `others had changed what was ours when it was undone last; both sides are kept in ${journalPath}, which is moved aside`;
    case "unconfirmed":
      return "no fresh login has confirmed the last change yet; it is confirmed by this run";
  }
  if (!complies) return undefined;
  if (!journal) return "our lines are there but what the host keeps of them is lost; it is written anew";
  if (journal.owner !== owner || journal.resource !== resource)
    return `it was managed as ${journal.owner} ${journal.resource}; the host is told of its new name`;
  return "what the host keeps of our lines is not up to date; it is written anew";
}

function hash(content: string | undefined): string {
  return content === undefined ? "-" : sha256(content);
}

function sha256(latin1: string): string {
  return createHash("sha256").update(latin1, "latin1").digest("hex");
}

function fingerprint(observation: Observation, journal: Journal | undefined): string {
  const trees = [observation, ...Object.values(observation.users).filter((user) => user.state === "present")];
  const files = trees.flatMap((tree) =>
    Object.values(tree.files).map((file) =>
      file.state === "present" ? [file.path, file.changed, sha256(file.content)] : [file.path, file.state],
    ),
  );
  return sha256(JSON.stringify([files.sort(), journal?.transaction ?? 0, observation.boot]));
}
