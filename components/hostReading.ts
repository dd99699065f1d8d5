import { queue } from "async";
import { type PlanDocument, planDocument, readJournal, type Sender } from "./apply";
import { DEFAULT_PATHS, type Observation, observe, ReadError, UnreachableError } from "./observe";
import { type Plan, plan, Refusal } from "./plan";
import { desiredRoles, type Resolution, type ResolvedFleet, type ResolvedHost, SettingsError } from "./settings";
import { resolveTarget, type Target, TargetError } from "./target";

/** What is known of a host before anything is done to it. */
export type HostReading =
  | {
      kind: "planned";
      host: ResolvedHost;
      target: Target;
      observation: Observation;
      plan: Plan;
      document: PlanDocument;
    }
  /** Nothing can be done to it in this run; what the state has of it is left alone. */
  | { kind: "held"; outcome: "unreachable" | "failed"; reason: string }
  /** Some input is another resource's output that is known in `up` only. */
  | { kind: "unknown" };

const DEFAULT_PARALLEL = 32;

/** Reads all hosts at once, under one bound for the fleet. */
export function readHosts(
  settings: Promise<Resolution>,
  hosts: { name: string; sender: Omit<Sender, "takeOver"> }[],
): Promise<HostReading>[] {
  const reads = queue(async (read: () => Promise<HostReading>) => read(), DEFAULT_PARALLEL);
  return hosts.map(async ({ name, sender }, index): Promise<HostReading> => {
    try {
      const { fleet, notYetKnown } = await settings;
      if (notYetKnown.has(name)) return { kind: "unknown" };
      reads.concurrency = fleet.parallel ?? DEFAULT_PARALLEL;
      const host = fleet.hosts[index] as ResolvedHost;
      const read = () => readHost(fleet, host, { ...sender, takeOver: fleet.takeOver ?? false });
      return await reads.pushAsync<HostReading>(read);
    } catch (error) {
      // The component fails with it by itself, once for the fleet.
      if (error instanceof SettingsError) return { kind: "held", outcome: "failed", reason: error.message };
      throw error;
    }
  });
}

/** settings → target → observe → plan → document, for one host. A fault of the host is that host's, and no exception. */
async function readHost(fleet: ResolvedFleet, host: ResolvedHost, sender: Sender): Promise<HostReading> {
  try {
    const target = await resolveTarget(fleet, host);
    const observation = await observe(target, host);
    // Such a shell takes the lines of a quoted script for commands of its own.
    if (/\/t?csh$/.test(observation.shell))
      throw new Refusal(
        `${target.user}'s login shell there is ${observation.shell}; log in as a user with sh, bash, zsh, ksh or fish`,
      );
    const paths = { ...DEFAULT_PATHS, ...host.paths };
    const kept = observation.files[paths.journal];
    if (kept?.state === "unusable")
      throw new Refusal(
        `${paths.journal}, where this host keeps what was changed, ${kept.reason}; move it away or name another in paths`,
      );
    const journal = readJournal(observation, paths.journal);
    if (journal && journal.owner !== sender.owner && !sender.takeOver)
      throw new Refusal(
        `it is managed by ${journal.owner} (${journal.resource}); destroy it there first, or set takeOver: true to take it over`,
      );
    const planned = plan(desiredRoles(fleet, host), observation, { server: paths.sshdConfig, client: paths.sshConfig });
    const document = planDocument(planned, observation, journal, paths.journal, sender);
    return { kind: "planned", host, target, observation, plan: planned, document };
  } catch (error) {
    if (error instanceof UnreachableError) return { kind: "held", outcome: "unreachable", reason: error.message };
    if (error instanceof TargetError || error instanceof ReadError || error instanceof Refusal)
      return { kind: "held", outcome: "failed", reason: error.message };
    throw error;
  }
}
