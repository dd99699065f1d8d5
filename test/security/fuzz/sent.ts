import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type Plan, Refusal } from "../../../components/plan";
import { type Desired, desiredOf, type ResolvedFleet } from "../../../components/settings";
import type { LocalHost } from "../../support/localHost";
import { requireGrammar } from "./documents";
import type { SettingsCase } from "./settings";
import { requirePrintable } from "./texts";

type Sender = Parameters<LocalHost["plan"]>[1];

/** Sends settings to a host, and takes them back; returns whether the host took them. */
export async function carryOut(host: LocalHost, { component }: SettingsCase, fleet: ResolvedFleet): Promise<boolean> {
  const [settings] = fleet.hosts as [ResolvedFleet["hosts"][number]];
  const desired = desiredOf(fleet, settings, "root");
  const sender = { owner: fleet.owner ?? "project/stack", resource: `${component}-${settings.name}`, takeOver: false };
  const before = host.contents();
  const first = await planned(host, sender, desired);
  if (!first) return false;
  requireGrammar(first.text);
  const { status, cause } = await host.apply(first.text);
  requirePrintable("the cause", cause ?? "");
  assert.equal(status, "changed", cause);
  assert.ok((await planned(host, sender, desired))?.settled, "it is not known again");
  const { code, stderr } = await host.undo(first.text);
  assert.deepEqual([code, stderr, host.contents()], [0, "", before]);
  return true;
}

/** What a host keeps once it was changed, which is undone again. */
export async function madeJournal(host: LocalHost): Promise<string> {
  const { text } = await host.plan({ client: { ServerAliveInterval: 60 } });
  await host.apply(text);
  const journal = host.read(host.journal);
  await host.undo(text);
  return journal;
}

/**
 * Has a host that keeps a hostile journal changed and undone. What the journal says may keep us from that; it is not run,
 * and it is not sent back.
 */
export async function withJournal(host: LocalHost, journal: string): Promise<void> {
  writeFileSync(host.journal, journal, { encoding: "latin1", mode: 0o600 });
  const first = await planned(host, undefined, { client: { ServerAliveInterval: 60 } });
  if (!first) return;
  requireGrammar(first.text);
  const { cause } = await host.apply(first.text);
  requirePrintable("the cause", cause ?? "");
  const { stdout, stderr } = await host.undo(first.text);
  requirePrintable("what undo says", stdout + stderr);
}

async function planned(
  host: LocalHost,
  sender: Sender,
  desired: Desired | { client: Record<string, number> },
): Promise<{ plan: Plan; text: string; settled: boolean } | undefined> {
  try {
    return "parts" in desired ? await host.plan({}, sender, desired) : await host.plan(desired, sender);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
}
