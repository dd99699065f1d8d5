import { createHash } from "node:crypto";
import type { Observation } from "../observe";
import type { Plan } from "../plan";
import type { Journal } from "./journal";

/** Who sends a plan. */
export interface Sender {
  /** `project/stack`. */
  owner: string;
  resource: string;
  /** Whether a host that another owner holds is taken over. */
  takeOver: boolean;
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
): PlanDocument {
  const complies = plan.roles.every(({ splices }) => splices.length === 0);
  const ours = plan.roles.some(({ hasLines }) => hasLines);
  const held = journal?.owner === sender.owner && journal.resource === sender.resource;
  // Undo finds its files by it, so it has to name all that have lines of ours.
  const named = plan.roles.every(
    ({ role, path, hasLines }) => !hasLines || journal?.document.includes(`\nfile ${role} ${path} `),
  );
  if (complies && held && named && journal.state === "applied") return { text: journal.document, settled: true };
  if (complies && !ours && !journal) return { text: NOTHING, settled: true };
  const { sshd, ssh } = observation.programs;
  const touched = plan.roles.filter(({ hadLines, hasLines }) => hadLines || hasLines);
  const lines = [
    "ssh-keepalive-plan 1",
    `machine ${sha256(`${observation.machine}\n`)}`,
    `owner ${sender.owner}`,
    `resource ${sender.resource}`,
    `fingerprint ${fingerprint(observation, journal)}`,
    ...(sender.takeOver ? ["takeOver yes"] : []),
    `journal ${journalPath}`,
    ...(sshd ? [`sshd ${sshd.path}`] : []),
    ...(ssh ? [`ssh ${ssh.path}`] : []),
    ...(observation.service ? [`service ${observation.service.kind} ${observation.service.name}`] : []),
    ...touched.flatMap(({ role, path, content, result, splices }) => [
      `file ${role} ${path} ${sha256(content)} ${sha256(result)}`,
      ...splices.flatMap(({ offset, length, lines }) => [
        `splice ${offset} ${length}`,
        ...lines.map((line) => `+${line}`),
      ]),
    ]),
    ...plan.roles.flatMap(({ role, desired, hasLines }) =>
      hasLines
        ? Object.entries(desired ?? {}).map(([keyword, value]) => `expect ${role} ${keyword.toLowerCase()} ${value}`)
        : [],
    ),
    "end",
    "",
  ];
  return { text: lines.join("\n"), settled: false, note: complies ? whyAgain(journal, sender) : undefined };
}

function whyAgain(journal: Journal | undefined, { owner, resource }: Sender): string {
  if (!journal) return "our lines are there but what the host keeps of them is lost; it is written anew";
  if (journal.owner !== owner || journal.resource !== resource)
    return `it was managed as ${journal.owner} ${journal.resource}; the host is told of its new name`;
  if (journal.state === "failed") return `the last change failed: ${journal.cause ?? "it gave no reason"}`;
  return "the last change was cut off; it is carried through";
}

function sha256(latin1: string): string {
  return createHash("sha256").update(latin1, "latin1").digest("hex");
}

function fingerprint(observation: Observation, journal: Journal | undefined): string {
  const files = Object.values(observation.files).flatMap((file) =>
    file.state === "present" ? [[file.path, file.changed, sha256(file.content)]] : [[file.path, file.state]],
  );
  return sha256(JSON.stringify([files.sort(), journal?.transaction ?? 0, observation.boot]));
}
