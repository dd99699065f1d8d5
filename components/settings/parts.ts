import type { Activation, Placement, Precedence } from "./enums";
import type { OpenSshRole, Role, Values } from "./roles";

/** What is managed as one on a host: a role, and whose it is where it is a user's own. */
export interface Part {
  role: Role;
  /** Of a client's or PuTTY's settings that are one user's; absent where it is the whole host's. */
  user?: string;
}

/** What is wanted of OpenSSH on a host. */
export interface OpenSshPart extends Part {
  role: OpenSshRole;
  /** In the order of the role's keywords. */
  values: Values;
  /** The client's hosts, as on a Host line; absent for all. */
  hostPatterns?: string[];
}

/** What is wanted of a user's saved PuTTY sessions. */
export interface PuttyPart extends Part {
  role: "putty";
  user: string;
  secondsBetweenKeepalives: number;
  /** Names and patterns. */
  sessions: string[];
}

export type DesiredPart = OpenSshPart | PuttyPart;

/** How a change of sshd's files comes into force, and for how long it may be unconfirmed. */
export interface Activating {
  activation: Activation;
  reloadCommand?: string;
  /** Seconds. */
  confirmTimeout: number;
}

/** All that is wanted of a host. A part that is absent is not wanted. */
export interface Desired {
  parts: DesiredPart[];
  precedence: Precedence;
  placement: Placement;
  activating: Activating;
  /** Seconds after which the network forgets an idle connection, where that is known. */
  idleTimeout?: number;
}

/** One word that names a part in a request and in a plan document: `server`, `client`, `client:alice`. */
export function partId({ role, user }: Part): string {
  return user === undefined ? role : `${role}:${user}`;
}

/** What {@link partId} names. */
export function partOf(id: string): { role: string; user?: string } {
  const [role = "", user] = id.split(/:(.*)/s);
  return user === undefined ? { role } : { role, user };
}

/** A part as a report names it: `client of alice`. */
export function partName({ role, user }: Part): string {
  return user === undefined ? role : `${role} of ${user}`;
}
