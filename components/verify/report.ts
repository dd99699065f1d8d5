import { type Plan, printable, type RolePlan, unifiedDiff } from "../plan";
import type { Role, Values } from "../settings";
import type { Outcome } from "./recap";

/** All there is to tell of a host. */
export interface HostReport {
  name: string;
  outcome: Outcome;
  /** Why, unless the host is simply ok or changed. */
  reason?: string;
  plan?: Plan;
  /** Of a host that was held: whether the state has nothing of it yet. */
  isNew?: boolean;
  /** What OpenSSH reports once the plan was carried out; in preview what is foreseen. */
  effective?: Partial<Record<Role, Values>>;
}

const TELLS: Record<Role, string> = { server: "sshd -T", client: "ssh -G" };

/** What a user sees of the fleet: in preview with diffs, after `up` with what OpenSSH reports. */
export function renderReport(hosts: HostReport[], preview: boolean): string {
  return hosts.flatMap((host) => renderHost(host, preview)).join("\n");
}

/**
 * Why the run can't succeed, host by host; undefined where it can. A host that does not answer may be passed over only
 * once it was configured: a new one would look done.
 */
export function renderFailures(hosts: HostReport[], skipUnreachable: boolean): string | undefined {
  const failed = hosts.filter(
    ({ outcome, isNew }) => outcome === "failed" || (outcome === "unreachable" && (!skipUnreachable || isNew)),
  );
  if (failed.length === 0) return undefined;
  const causes = failed.map(({ name, outcome, reason = "" }) => `  ${name} ${outcome}: ${printable(reason)}`);
  return [`${failed.length} of ${hosts.length} hosts could not be dealt with:`, ...causes].join("\n");
}

function renderHost({ name, outcome, reason, plan, effective }: HostReport, preview: boolean): string[] {
  const lines = [`${name}: ${wording(outcome, preview)}${reason ? `: ${printable(reason)}` : ""}`];
  for (const role of plan?.roles ?? []) {
    const after = effective?.[role.role] ?? role.after;
    if (role.desired || role.hadLines)
      lines.push(`  ${role.role} (${TELLS[role.role]}): ${values(role, after, preview)}`);
    if (preview && role.content !== role.result)
      lines.push(...indent(unifiedDiff(role.path, role.content, role.result)));
    for (const warning of role.warnings) lines.push(`  warning: ${printable(warning)}`);
  }
  return lines;
}

function wording(outcome: Outcome, preview: boolean): string {
  return preview && outcome === "changed" ? "would change" : outcome;
}

/** `ClientAliveInterval 0 → 300, ClientAliveCountMax 3` */
function values(role: RolePlan, after: Values, preview: boolean): string {
  return Object.entries(role.before)
    .map(([keyword, before]) => {
      const now = after[keyword];
      if (now === undefined) return preview ? `${keyword} ${before} → as others set it` : keyword;
      return now === before ? `${keyword} ${before}` : `${keyword} ${before} → ${now}`;
    })
    .join(", ");
}

function indent(text: string): string[] {
  return text.split("\n").map((line) => `    ${line}`);
}
