import { setTimeout as sleep } from "node:timers/promises";
import { queue } from "async";
import type { Sender } from "./apply";
import { type Actions, type HostKind, unixHost, windowsHost } from "./hostKinds";
import { isWindows, observe } from "./observe";
import { Refusal } from "./plan";
import type { Prerequisites } from "./prerequisites";
import { claimedElsewhere, type Observed, registerHosts, sameMachine } from "./sameMachine";
import {
  type Desired,
  desiredOf,
  matchesPatterns,
  type OnDestroy,
  type Resolution,
  type ResolvedFleet,
  type ResolvedHost,
  SettingsError,
} from "./settings";
import { ReadError, resolveTarget, type Target, TargetError, UnreachableError } from "./target";

/** What is known of a host before anything is done to it. */
export type HostReading = Planned | Held | Unknown;

export interface Planned extends Actions {
  kind: "planned";
  target: Target;
  onDestroy?: OnDestroy;
}

type ReadHost = Observed & HostKind;

/** Nothing can or may be done to it in this run; what the state has of it is left alone. */
export interface Held {
  kind: "held";
  outcome: "unreachable" | "failed" | "skipped";
  reason: string;
}

/** Some input, or something that it waits for, is there in `up` only. */
export interface Unknown {
  kind: "unknown";
}

/** A host by its places in the settings and in the stack. */
export interface ManagedHost {
  name: string;
  resource: string;
  /** Whether its machine may have been created in this very run. */
  mayBeNew: Promise<boolean>;
}

/** What all hosts of a component have in common. */
export interface FleetReading {
  settings: Promise<Resolution>;
  prerequisites: Promise<Prerequisites>;
  hosts: ManagedHost[];
  /** Who manages the hosts, unless the settings say otherwise. */
  owner: string;
  preview: boolean;
}

const DEFAULT_PARALLEL = 32;
const DEFAULT_BOOT_TIMEOUT = 120;

/** Reads all hosts at once, under one bound for the fleet. */
export function readHosts(reading: FleetReading): Promise<HostReading>[] {
  registerHosts(reading.hosts);
  const work = queue(async (read: () => Promise<unknown>) => read(), DEFAULT_PARALLEL);
  const bounded = <T>(read: () => Promise<T>) => work.pushAsync<T>(read);
  const targets = reading.hosts.map((_, index) =>
    orHeld(async () => {
      const { fleet, host } = await ready(reading, index);
      work.concurrency = fleet.parallel ?? DEFAULT_PARALLEL;
      return { kind: "target" as const, target: await bounded(() => resolveTarget(fleet, host)) };
    }),
  );
  const observed = targets.map(async (found, index) => {
    const first = await found;
    if (first.kind === "unknown") return first;
    return untilBooted(reading, index, async (attempt) => {
      if (attempt === 0 && first.kind === "held") return first;
      const { fleet, host } = await ready(reading, index);
      const known = first.kind === "target" ? first.target : undefined;
      return bounded(async () => {
        const target = known ?? (await resolveTarget(fleet, host));
        return readHost(host, target, desiredOf(fleet, host, target.user));
      });
    });
  });
  return observed.map((own, index) =>
    orHeld(async () => {
      const read = await own;
      if (read.kind !== "observed") return read;
      const twin = await sameMachine(index, read, { hosts: reading.hosts, targets, observed });
      if (twin !== undefined)
        throw new Refusal(
          `it is the very machine that ${twin} is, under another name; take one of the two out of hosts, or they would take turns`,
        );
      const { fleet } = await reading.settings;
      const { owner = reading.owner, takeOver = false } = fleet;
      const { resource } = reading.hosts[index] as ManagedHost;
      const elsewhere = claimedElsewhere(resource, owner, read);
      if (elsewhere !== undefined)
        throw new Refusal(
          `it is the very machine that ${elsewhere} manages in this program; take it out of one of the two components`,
        );
      return planHost(reading, fleet, read, { owner, resource, takeOver, local: read.target.kind === "local" });
    }),
  );
}

/** Thrown where a host is not to be read in this run. */
class NotNow {
  constructor(readonly reading: Held | Unknown) {}
}

async function ready(
  { settings, prerequisites, hosts }: FleetReading,
  index: number,
): Promise<{ fleet: ResolvedFleet; host: ResolvedHost }> {
  const { fleet, notYetKnown } = await settings;
  const { name } = hosts[index] as ManagedHost;
  if (fleet.select && !matchesPatterns(fleet.select, name))
    throw new NotNow({ kind: "held", outcome: "skipped", reason: "it is not among the selected hosts" });
  if (notYetKnown.has(name) || !(await prerequisites).met) throw new NotNow({ kind: "unknown" });
  return { fleet, host: fleet.hosts[index] as ResolvedHost };
}

/** A fault of the host is that host's, and no exception. */
async function orHeld<T>(read: () => Promise<T>): Promise<T | Held | Unknown> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotNow) return error.reading;
    if (error instanceof UnreachableError) return { kind: "held", outcome: "unreachable", reason: error.message };
    // The component fails with a SettingsError by itself, once for the fleet.
    const faults = [TargetError, ReadError, Refusal, SettingsError];
    if (error instanceof Error && faults.some((fault) => error instanceof fault))
      return { kind: "held", outcome: "failed", reason: error.message };
    throw error;
  }
}

/** In `up`, a machine that was created a moment ago gets the time to start its sshd. */
async function untilBooted(
  { settings, hosts, preview }: FleetReading,
  index: number,
  read: (attempt: number) => Promise<ReadHost | Held>,
): Promise<ReadHost | Held | Unknown> {
  const started = performance.now();
  for (let attempt = 0; ; attempt++) {
    const result = await orHeld(() => read(attempt));
    const patient = result.kind === "held" && result.outcome === "unreachable" && !preview;
    if (!patient || !(await (hosts[index] as ManagedHost).mayBeNew)) return result;
    const { bootTimeout = DEFAULT_BOOT_TIMEOUT } = (await settings).fleet;
    const pause = Math.min(500 * 2 ** attempt, 5000);
    if (performance.now() - started + pause > bootTimeout * 1000) return result;
    await sleep(pause);
  }
}

async function readHost(host: ResolvedHost, target: Target, desired: Desired): Promise<ReadHost> {
  const observation = await observe(target, host, desired);
  const { machineId } = host;
  if (machineId !== undefined && machineId !== observation.machine)
    throw new Refusal(
      `its machineId is ${machineId}, and this machine is ${observation.machine}; run this on that machine, or leave the ` +
        "host out of this run by select",
    );
  const kind = isWindows(observation)
    ? windowsHost(target, observation, desired)
    : unixHost(host, target, observation, desired);
  return { kind: "observed", host, target, observation, ...kind };
}

/** settings → plan → document, for a host that was read. */
async function planHost(
  { preview }: FleetReading,
  fleet: ResolvedFleet,
  read: ReadHost,
  sender: Sender,
): Promise<Planned> {
  const { target, journal } = read;
  if (journal && journal.owner !== sender.owner && !sender.takeOver)
    throw new Refusal(
      `it is managed by ${journal.owner} (${journal.resource}); destroy it there first, or set takeOver: true to take it ` +
        `over. If that is this stack's former name, set owner: ${journal.owner}`,
    );
  if (!preview && journal?.owner === sender.owner) await read.confirmFormer?.();
  return { kind: "planned", target, onDestroy: fleet.onDestroy, ...(await read.act(sender)) };
}
