import { type DesiredRoles, KEYWORDS, ROLES, type Values } from "./roles";
import type { ResolvedFleet, ResolvedHost } from "./schema";

/** The host's roles over the fleet's, setting by setting; a role that is switched off is not wanted. */
export function desiredRoles(fleet: ResolvedFleet, host: ResolvedHost): DesiredRoles {
  const desired: DesiredRoles = {};
  for (const role of ROLES) {
    const merged: Record<string, number | boolean | undefined> = { ...fleet[role], ...host[role] };
    if (merged.enabled === false) continue;
    const values: Values = {};
    for (const { property, keyword } of KEYWORDS[role]) {
      const value = merged[property];
      if (typeof value === "number") values[keyword] = value;
    }
    if (Object.keys(values).length > 0) desired[role] = values;
  }
  return desired;
}

/** The host's `become`, or the fleet's as a whole: a password belongs to the method it stands beside. */
export function becomeOf(fleet: ResolvedFleet, host: ResolvedHost): ResolvedHost["become"] {
  return host.become ?? fleet.become;
}
