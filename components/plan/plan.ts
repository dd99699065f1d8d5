import type { Observation } from "../observe";
import { type Desired, type DesiredPart, OPENSSH_ROLES, type OpenSshPart, type PuttyPart } from "../settings";
import { sourcesOf } from "./configTree";
import { planOpenSsh } from "./openSshPart";
import type { FormerValue, PartPlan, Plan, Warning } from "./plannedPart";
import { planPutty } from "./putty";
import { Refusal } from "./refusal";
import { FIRST } from "./spots";
import { systemSubject, userSubject } from "./subject";

/**
 * Plans a host: what has to change so that the effective values are the desired ones. Pure.
 *
 * @param kept values of PuTTY sessions that were there before ours, as the host's journal has them.
 * @throws Refusal if it can't be done safely: what is wrong, where, and what to do.
 */
export function plan(desired: Desired, observation: Observation, kept: FormerValue[]): Plan {
  const parts: (PartPlan | undefined)[] = [];
  for (const role of OPENSSH_ROLES) {
    const part = openSshPart(desired.parts, role);
    const subject = systemSubject(role, observation, desired.activating, part?.hostPatterns);
    const planned = planOpenSsh(subject, part, desired);
    parts.push(planned);
    if (!planned || role === "client") continue;
    planned.sources = sourcesOf(subject.config);
    if (isChanged(planned))
      planned.warnings.push(...observation.unread.filter((path) => !path.endsWith(`/${FIRST}`)).map(takesEffect));
  }
  for (const [user, seen] of Object.entries(observation.users)) {
    const client = openSshPart(desired.parts, "client", user);
    const putty = desired.parts.find((part): part is PuttyPart => part.role === "putty" && part.user === user);
    if (seen.state === "unusable") {
      // Who is gone has nothing left to give back.
      if (!client && !putty) continue;
      throw new Refusal(`${user} ${seen.reason}`);
    }
    parts.push(planOpenSsh(userSubject(user, seen, observation, client?.hostPatterns), client, desired));
    parts.push(planPutty(user, seen, putty, kept, desired.idleTimeout));
  }
  return { parts: parts.filter((part) => part !== undefined) };
}

export function isChanged({ files }: Pick<PartPlan, "files">): boolean {
  return files.some(({ content, result }) => content !== result);
}

/** What somebody wrote and nobody has tried yet. */
function takesEffect(file: string): Warning {
  return { file, message: "was changed and sshd has not read it since: it comes into force with our change" };
}

function openSshPart(parts: DesiredPart[], role: "server" | "client", user?: string): OpenSshPart | undefined {
  return parts.find((part): part is OpenSshPart => part.role === role && part.user === user);
}
