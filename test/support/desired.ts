import {
  Activation,
  type Desired,
  type OpenSshPart,
  Placement,
  Precedence,
  type Values,
} from "../../components/settings";

/** System-wide values by role. */
export interface Roles {
  server?: Values;
  client?: Values;
}

export const ACTIVATING = { activation: Activation.Reload, confirmTimeout: 60 };

/** What is wanted of a host: system-wide values, and more parts. */
export function desire(roles: Roles, { parts = [], ...over }: Partial<Desired> = {}): Desired {
  const system = (["server", "client"] as const).flatMap((role): OpenSshPart[] => {
    const values = roles[role];
    return values ? [{ role, values }] : [];
  });
  return {
    parts: [...system, ...parts],
    precedence: Precedence.Yield,
    placement: Placement.Auto,
    activating: ACTIVATING,
    ...over,
  };
}
