import assert from "node:assert/strict";
import { planDocument, readResult, readWindowsResult, windowsDocument } from "../../../components/apply";
import { AnswerError, decode } from "../../../components/observe/decode";
import { decodeWindows } from "../../../components/observe/windows";
import { plan, planWindows, Refusal } from "../../../components/plan";
import { JOURNAL_PATH } from "../../components/apply/documents";
import { desire } from "../../support/desired";
import { requireGrammar } from "./documents";
import { requireReason, requireShowable } from "./shown";
import { requirePrintable } from "./texts";

const PUTTY = { role: "putty" as const, user: "alice", secondsBetweenKeepalives: 60, sessions: ["*"] };
const DESIRED = desire(
  { server: { ClientAliveInterval: 60 }, client: { ServerAliveInterval: 60 } },
  { parts: [{ role: "client", user: "alice", values: { ServerAliveInterval: 60 } }, PUTTY] },
);
const SENDER = { owner: "project/stack", resource: "fleet-web-1", takeOver: false };

/** Sees that an answer is refused as one, or that nothing comes of it but a plan; returns whether it came to one. */
export function judgeAnswer(answer: string): boolean {
  return withoutRefusal(() => {
    const observation = decode(Buffer.from(answer, "latin1"));
    const planned = plan(DESIRED, observation, []);
    requireGrammar(planDocument(planned, observation, undefined, JOURNAL_PATH, SENDER, DESIRED.activating).text);
    requireShowable({ outcome: "changed", plan: planned });
  });
}

/** The same of Windows, where the plan is lines for cmd.exe: names stand in them behind one word alone, and end nothing there. */
export function judgeWindowsAnswer(answer: string): boolean {
  const { cause } = readWindowsResult(answer, { parts: [], sessions: {}, released: {} });
  requireReason(cause);
  return withoutRefusal(() => {
    const observation = decodeWindows(answer);
    const planned = planWindows(desire({}, { parts: [PUTTY] }), observation, "alice");
    const { text } = windowsDocument(planned, observation, SENDER);
    requirePrintable("the lines for cmd.exe", text);
    for (const [, name] of text.matchAll(/^set "session=(.*)"$/gm)) assert.match(name as string, /^[!#$%&'-[\]-~]+$/);
    requireShowable({ outcome: "changed", plan: planned });
  });
}

/** Sees that of what a command says no more is taken than what it can rightly be. */
export function judgeResult(stdout: string): boolean {
  const { status, cause, effective } = readResult(stdout);
  assert.ok(["changed", "unchanged", "unconfirmed", "failed"].includes(status));
  assert.ok((cause ?? "").length <= 400, "a cause without bounds");
  for (const [part, values] of Object.entries(effective)) {
    assert.match(part, /^(server|client)(:[A-Za-z0-9_.@\\$-]+)?$/);
    for (const [keyword, value] of Object.entries(values)) {
      assert.match(keyword, /^(Client|Server)Alive(Interval|CountMax)$/);
      assert.ok(Number.isSafeInteger(value) && value >= 0);
    }
  }
  requireUnspoilt();
  requireShowable({ outcome: "failed", reason: cause, effective });
  return status !== "failed";
}

/** Whether something came to its end; where it was refused, that is in words that can be shown. */
function withoutRefusal(made: () => void): boolean {
  try {
    made();
    return true;
  } catch (error) {
    if (!(error instanceof AnswerError || error instanceof Refusal)) throw error;
    requireReason(error.message);
    return false;
  } finally {
    requireUnspoilt();
  }
}

const NATIVE = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Sees that no name of a host's got into what all objects have. */
function requireUnspoilt(): void {
  assert.deepEqual(
    Object.getOwnPropertyNames(Object.prototype).filter((key) => !NATIVE.has(key)),
    [],
  );
}
