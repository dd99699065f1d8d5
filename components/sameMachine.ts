import type { Journal } from "./apply";
import type { Observation } from "./observe";
import type { ResolvedHost } from "./settings";
import type { Target } from "./target";

/** A host that answered. */
export interface Observed {
  kind: "observed";
  host: ResolvedHost;
  target: Target;
  observation: Pick<Observation, "machine" | "boot">;
  journalPath: string;
  journal?: Pick<Journal, "owner" | "resource">;
}

type Found = { kind: "target"; target: Target } | { kind: "held" | "unknown" };

/** All hosts of a component, and what is or will be known of each. */
interface Fleet {
  hosts: { name: string; resource: string }[];
  targets: Promise<Found>[];
  observed: Promise<Observed | { kind: "held" | "unknown" }>[];
}

/**
 * The name of another host that is the same machine, if there is one: two would take turns. The one of them that the
 * machine's journal names keeps it, so that a second name that is added by mistake costs the first nothing.
 *
 * Only hosts that may be one wait for each other: those whose host keys may be one machine's, and those whose journal
 * names another host of this stack.
 */
export async function sameMachine(index: number, own: Observed, fleet: Fleet): Promise<string | undefined> {
  const all = [...fleet.hosts.keys()];
  const keeper = all.filter((host) => fleet.hosts[host]?.resource === own.journal?.resource);
  if (keeper.includes(index)) return undefined;
  // The one that keeps the machine is the one to be told of.
  for (const other of [...keeper, ...all]) {
    if (other === index) continue;
    const target = await fleet.targets[other];
    const suspect = keeper.includes(other) || (target?.kind === "target" && mayBeOne(own.target, target));
    if (!suspect) continue;
    const twin = await fleet.observed[other];
    if (twin?.kind === "observed" && identity(own) === identity(twin)) return fleet.hosts[other]?.name;
  }
  return undefined;
}

/**
 * A machine has a host key of each type, of which settings name any: keys of two types tell nothing. A local host does
 * not wait for the network: it is the remote one of the two that is told.
 */
function mayBeOne(own: Target, { target: other }: { target: Target }): boolean {
  if (own.kind === "local" || other.kind === "local") return other.kind === "local";
  return own.hostKey === other.hostKey || typeOf(own.hostKey) !== typeOf(other.hostKey);
}

function typeOf(hostKey: string): string {
  return hostKey.split(" ", 1)[0] as string;
}

/** Copies of a machine may share its id and its keys; they don't share its boot. */
function identity({ observation: { machine, boot }, journalPath }: Observed): string {
  return JSON.stringify([machine, boot, journalPath]);
}

/** The hosts of all components of this program, by their resources, and which of them has a machine. */
const resources = new Set<string>();
const machines = new Map<string, string>();

/** Makes a component's hosts known to the others of the program, before any of them is read. */
export function registerHosts(hosts: { resource: string }[]): void {
  for (const { resource } of hosts) resources.add(resource);
}

/**
 * The resource that has this machine already, in another component: the one that its journal names, or else whichever
 * came first.
 */
export function claimedElsewhere(resource: string, owner: string, own: Observed): string | undefined {
  const { journal } = own;
  const holds = journal?.owner === owner && journal.resource !== resource && resources.has(journal.resource);
  if (holds) return journal.resource;
  const machine = JSON.stringify([identity(own), own.target.kind === "remote" && own.target.hostKey]);
  const first = machines.get(machine) ?? resource;
  machines.set(machine, first);
  return first === resource ? undefined : first;
}
