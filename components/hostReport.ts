import type { local, remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { readResult } from "./apply";
import type { HostReading } from "./hostReading";
import { partId, resolve } from "./settings";
import { rootStdin } from "./target";
import { type HostReport, whyUnconfirmed } from "./verify";

/** What became of a host: from its reading and, in `up`, from the answer of its command. */
export async function hostReport(
  name: string,
  reading: Promise<HostReading>,
  command: remote.Command | local.Command,
): Promise<HostReport> {
  const read = await reading;
  const preview = pulumi.runtime.isDryRun();
  if (read.kind === "unknown")
    return { name, outcome: "skipped", reason: "it is read in up, once what it waits for is there" };
  const stdout = (await resolve(command.stdout)).value;
  if (read.kind === "held") {
    const { outcome, reason } = read;
    // A host that is passed over on purpose is what it was made last.
    const last = outcome === "skipped" && typeof stdout === "string" && stdout ? readResult(stdout) : undefined;
    return { name, outcome, reason, isNew: stdout === "", effective: last?.effective };
  }
  const { plan, document, target, confirmation } = read;
  const foreseen = Object.fromEntries(plan.parts.flatMap((part) => (part.desired ? [[partId(part), part.after]] : [])));
  if (document.settled) return { name, outcome: "ok", plan, effective: foreseen };
  const sent = await resolve(command.stdin);
  // A plugin may leave it open in preview what an input will be; what is left out keeps the input that it has.
  if ((sent.complete || !preview) && sent.value !== rootStdin(target.become, document.text))
    return { name, outcome: "skipped", reason: "it is not among the targets of this update" };
  const { note } = document;
  if (preview) return { name, outcome: "changed", note, plan, effective: foreseen };
  if (typeof stdout !== "string")
    return {
      name,
      outcome: "failed",
      reason:
        "its command did not run: its own error tells why, unless it is just not among the targets of this update",
      toldByEngine: true,
    };
  const { status, cause, effective } = read.readResult(stdout);
  if (status === "failed") return { name, outcome: "failed", reason: cause ?? "it gave no reason", plan };
  const unconfirmed = status === "unconfirmed" && confirmation ? await whyUnconfirmed(confirmation) : undefined;
  if (unconfirmed) return { name, outcome: "failed", reason: unconfirmed, plan };
  return { name, outcome: "changed", note, plan, effective };
}
