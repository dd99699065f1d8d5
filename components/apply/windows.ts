import { createHash } from "node:crypto";
import {
  AnswerError,
  cmdShell,
  renderKept,
  sessionsIn,
  type WindowsJournal,
  type WindowsObservation,
} from "../observe";
import { Refusal, secondsOf, sessionName, type WindowsPlan } from "../plan";
import { partId, type Values } from "../settings";
import type { PlanDocument, Sender } from "./document";
import type { ApplyResult } from "./result";
import { renderWindows } from "./windowsLines";

/** The commands that carry out a plan and undo it. They are constant: all that varies is on stdin. */
export const WINDOWS_COMMANDS = { create: cmdShell("apply"), update: cmdShell("apply"), delete: cmdShell("undo") };

/** The plan for a host on which there is nothing to do and nothing to undo. */
const NOTHING = "rem ssh-keepalive-plan 1: nothing\nexit 0\n";

/** What may stand between the quotes of a line for cmd.exe. */
const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._@+/-]*$/;

/**
 * Writes a plan down for cmd.exe.
 *
 * A host that complies gets exactly the text that it carried out last. That text is not kept there: it follows from what
 * the journal says, which has its hash, too, so that another release that words it otherwise is found out.
 *
 * @throws Refusal if there is a name in it that can't be written safely.
 */
export function windowsDocument(plan: WindowsPlan, observation: WindowsObservation, sender: Sender): PlanDocument {
  const { journal, machine } = observation;
  const { owner, resource, takeOver } = sender;
  for (const [what, name] of Object.entries({ owner, resource }))
    if (!SAFE_NAME.test(name))
      throw new Refusal(
        `its ${what} ${JSON.stringify(name)} can't be handed to cmd.exe safely; for Windows hosts it takes letters, ` +
          "digits, blanks and . _ - + @ /",
      );
  const complies = plan.parts.every(({ files }) => files.every(({ content, result }) => content === result));
  if (complies && !journal && Object.keys(plan.sessions).length === 0) return { text: NOTHING, settled: true };
  const held = journal?.owner === owner && journal.resource === resource;
  if (complies && held && journal.state === "applied" && same(journal.sessions, plan.sessions)) {
    const { text, hash } = renderWindows({ ...journal, machine });
    if (hash === journal.document) return { text, settled: true };
  }
  const { text } = renderWindows({
    machine,
    owner,
    resource,
    takeOver: takeOver ? "yes" : "no",
    transaction: (journal?.transaction ?? 0) + 1,
    fingerprint: createHash("sha256").update(JSON.stringify(observation)).digest("hex"),
    sessions: plan.sessions,
    released: plan.released,
  });
  return { text, settled: false, note: complies ? whyAgain(journal, sender) : undefined };
}

function same(a: WindowsJournal["sessions"], b: WindowsJournal["sessions"]): boolean {
  const [left, right] = [a, b].map((all) =>
    Object.entries(all)
      .map(([key, kept]) => `${key} ${renderKept(kept)}`)
      .sort(),
  );
  return JSON.stringify(left) === JSON.stringify(right);
}

function whyAgain(journal: WindowsJournal | undefined, { owner, resource }: Sender): string {
  if (journal && (journal.owner !== owner || journal.resource !== resource))
    return `it was managed as ${journal.owner} ${journal.resource}; the host is told of its new name`;
  if (journal?.state === "applying") return "the last change was cut off; it is carried through";
  return "no value changes; what the host keeps of the former ones is written anew";
}

/** What became of it where the lines themselves gave up. */
const CAUSES: Record<string, string> = {
  claimed: "another owner took the host since it was read; run it again",
  moved: "another machine answers here than the one that was read; run it again",
  unwritable: "HKCU\\Software\\ssh-keepalive can't be written; see that the registry lets the login user",
  failed: "a saved session of PuTTY can't be changed; see that the registry lets the login user",
};

/** Reads what the lines printed last: the values that are in force now. */
export function readWindowsResult(stdout: string, plan: WindowsPlan): ApplyResult {
  const failed = (cause: string): ApplyResult => ({ status: "failed", cause, effective: {} });
  const [, status = ""] = /^ssh-keepalive-result 1\r?\nstatus ([a-z]+)\r?\n/m.exec(stdout) ?? [];
  if (status !== "apply") return failed(CAUSES[status] ?? "the host's answer is incomplete; run it again");
  let sessions: WindowsObservation["sessions"];
  try {
    sessions = sessionsIn(stdout);
  } catch (error) {
    if (error instanceof AnswerError) return failed(`the host's answer can't be used: ${error.message}`);
    throw error;
  }
  const now = Object.fromEntries(Object.entries(sessions).map(([key, ping]) => [sessionName(key), secondsOf(ping)]));
  const effective: Record<string, Values> = {};
  for (const part of plan.parts) {
    if (!part.desired) continue;
    for (const [name, wanted] of Object.entries(part.desired))
      if (now[name] !== wanted)
        return failed(
          `after the change the saved session ${JSON.stringify(name)} has ${now[name] ?? "no"} seconds and not ${wanted}; ` +
            "see what else writes PuTTY's settings there",
        );
    effective[partId(part)] = Object.fromEntries(Object.keys(part.desired).map((name) => [name, now[name] as number]));
  }
  return { status: "changed", effective };
}
