import assert from "node:assert/strict";
import { type Plan, Refusal } from "../../../components/plan";
import { findOwnLines, withoutRanges } from "../../../components/plan/blocks";
import type { LocalHost } from "../../support/localHost";
import { requireGrammar } from "./documents";
import type { FilesCase } from "./files";
import type { Shelf } from "./shelf";
import { requireReason, requireShowable } from "./shown";
import { requirePrintable } from "./texts";

/** Takes a host through reading, planning, a change and its undo; returns why it was refused, if it was. */
export async function live(host: LocalHost, shelf: Shelf, one: FilesCase): Promise<string | undefined> {
  shelf.put(one);
  const before = shelf.contents();
  let planned: { plan: Plan; text: string };
  try {
    planned = await host.plan({}, undefined, one.wanted);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    requireReason(error.message);
    return error.message;
  }
  const { plan, text } = planned;
  requireGrammar(text);
  requireShowable({ outcome: "changed", plan });
  const { status, cause, effective } = await host.apply(text);
  requireShowable({ outcome: status === "failed" ? "failed" : "changed", reason: cause, plan, effective });
  if (status === "failed") {
    assert.deepEqual(shelf.contents(), before, `a failed change left something: ${cause}`);
    return cause;
  }
  for (const [path, content] of Object.entries(shelf.contents()))
    if (path in before)
      assert.equal(withoutOurs(content), withoutOurs(before[path] as string), `others' bytes in ${path}`);
  const undone = await host.undo(text);
  requirePrintable("what undo says", undone.stdout + undone.stderr);
  assert.equal(undone.code, 0, undone.stderr);
  assert.deepEqual(shelf.contents(), withoutOursIn(before), "after undo");
  return undefined;
}

/** Lines of ours that were there from the start go with the rest. */
function withoutOursIn(files: Record<string, string>): Record<string, string> {
  const entries = Object.entries(files).map(([path, content]) => [
    path,
    withoutRanges(content, findOwnLines(content).ranges),
  ]);
  return Object.fromEntries(entries);
}

/** What a file has of others: all but our lines, and a saved session's values. */
function withoutOurs(content: string): string {
  return withoutRanges(content, findOwnLines(content).ranges).replace(/^PingInterval(Secs)?=\d+\n/gm, "");
}
