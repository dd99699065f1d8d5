import { Activation, Placement, Precedence } from "./enums";
import type { Desired, DesiredPart, OpenSshPart, PuttyPart } from "./parts";
import { KEYWORDS, OPENSSH_ROLES, type OpenSshRole, type Values } from "./roles";
import type { ResolvedFleet, ResolvedHost } from "./schema";

type ClientSettings = NonNullable<ResolvedHost["client"]>;

const DEFAULT_CONFIRM_TIMEOUT = 60;

/** What is wanted of a host: its parts over the fleet's, setting by setting; what is switched off is not wanted. */
export function desiredOf(fleet: ResolvedFleet, host: ResolvedHost, loginUser: string): Desired {
  const parts: DesiredPart[] = OPENSSH_ROLES.flatMap((role) => openSshPart(role, { ...fleet[role], ...host[role] }));
  const users = Object.keys({ ...fleet.userClients, ...host.userClients });
  for (const user of users)
    parts.push(...openSshPart("client", { ...fleet.userClients?.[user], ...host.userClients?.[user] }, user));
  return {
    parts: [...parts, ...puttyParts({ ...fleet.putty, ...host.putty }, loginUser)],
    precedence: fleet.precedence ?? Precedence.Yield,
    placement: fleet.placement ?? Placement.Auto,
    activating: {
      activation: fleet.activation ?? Activation.Reload,
      reloadCommand: host.reloadCommand,
      confirmTimeout: fleet.confirmTimeout ?? DEFAULT_CONFIRM_TIMEOUT,
    },
    idleTimeout: fleet.idleTimeout,
  };
}

function openSshPart(role: OpenSshRole, settings: ClientSettings, user?: string): OpenSshPart[] {
  if (settings.enabled === false) return [];
  const values: Values = {};
  for (const { property, keyword } of KEYWORDS[role]) {
    const value = (settings as Record<string, unknown>)[property];
    if (typeof value === "number") values[keyword] = value;
  }
  if (Object.keys(values).length === 0) return [];
  const { hostPatterns } = settings;
  const all = hostPatterns === undefined || hostPatterns.join(" ") === "*";
  return [{ role, ...(user === undefined ? {} : { user }), values, ...(all ? {} : { hostPatterns }) }];
}

function puttyParts(settings: NonNullable<ResolvedHost["putty"]>, loginUser: string): PuttyPart[] {
  const { secondsBetweenKeepalives, sessions = ["*"], users = [loginUser], enabled } = settings;
  if (enabled === false || secondsBetweenKeepalives === undefined) return [];
  return [...new Set(users)].map((user) => ({ role: "putty", user, secondsBetweenKeepalives, sessions }));
}

/** The host's `become`, or the fleet's as a whole: a password belongs to the method it stands beside. */
export function becomeOf(fleet: ResolvedFleet, host: ResolvedHost): ResolvedHost["become"] {
  return host.become ?? fleet.become;
}
