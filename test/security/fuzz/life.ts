import assert from "node:assert/strict";
import { type Plan, Refusal } from "../../../components/plan";
import { findOwnLines, withoutRanges } from "../../../components/plan/blocks";
import type { LocalHost } from "../../support/localHost";
import { requireGrammar } from "./documents";
import type { FilesCase } from "./files";
import type { Shelf } from "./shelf";
import { requireReason, requireShowable } from "./shown";
import { requirePrintable } from "./texts";

interface Planned {
  plan: Plan;
  text: string;
}

/** Has a host read and planned; undefined where it is refused, in words that can be shown. */
export async function readAndPlan(host: LocalHost, shelf: Shelf, one: FilesCase): Promise<Planned | undefined> {
  shelf.put(one);
  const before = shelf.contents();
  try {
    const planned = await host.plan({}, undefined, one.wanted);
    requireGrammar(planned.text);
    requireShowable({ outcome: "changed", plan: planned.plan });
    return planned;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    requireReason(error.message);
    return undefined;
  } finally {
    assert.deepEqual(shelf.contents(), before, "reading changed something");
  }
}

/** Takes a host through reading, planning, a change and its undo; whether it was not refused. */
export async function live(host: LocalHost, shelf: Shelf, one: FilesCase): Promise<boolean> {
  const planned = await readAndPlan(host, shelf, one);
  if (!planned) return false;
  const before = shelf.contents();
  const { plan, text } = planned;
  const { status, cause, effective } = await host.apply(text);
  requireShowable({ outcome: status === "failed" ? "failed" : "changed", reason: cause, plan, effective });
  if (status === "failed") {
    assert.deepEqual(shelf.contents(), before, `a failed change left something: ${cause}`);
    return false;
  }
  for (const [path, content] of Object.entries(shelf.contents()))
    if (path in before)
      assert.equal(withoutOurs(content), withoutOurs(before[path] as string), `others' bytes in ${path}`);
  const undone = await host.undo(text);
  requirePrintable("what undo says", undone.stdout + undone.stderr);
  assert.equal(undone.code, 0, undone.stderr);
  assert.deepEqual(shelf.contents(), withoutOursIn(before), "after undo");
  return true;
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
