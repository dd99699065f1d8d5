import { type Plan, type RolePlan, unifiedDiff, type Warning } from "../plan";
import type { Role, Values } from "../settings";
import { printable } from "../settings";
import { paint, paintDiff } from "./colour";
import { listNames, wrapped } from "./names";
import { OUTCOME_COLOURS, type Outcome } from "./recap";

/** All there is to tell of a host. */
export interface HostReport {
  name: string;
  outcome: Outcome;
  /** Why, unless the host is simply ok or changed. */
  reason?: string;
  /** What else there is to know of the host itself, in one sentence. */
  note?: string;
  plan?: Plan;
  /** Whether the engine fails the run for this host by itself, where it has to fail at all. */
  toldByEngine?: boolean;
  /** Of a host that was held: whether the state has nothing of it yet. */
  isNew?: boolean;
  /** What OpenSSH reports once the plan was carried out; in preview what is foreseen. */
  effective?: Partial<Record<Role, Values>>;
}

const TELLS: Record<Role, string> = { server: "sshd -T", client: "ssh -G" };

/**
 * What a user sees of the fleet: in preview with diffs, after `up` with what OpenSSH reports. Hosts of which exactly
 * the same is to be told are told of once, under all their names. In Pulumi's colour directives.
 */
export function renderReport(hosts: HostReport[], preview: boolean): string {
  const alike = new Map<string, { first: HostReport; body: string[]; names: string[] }>();
  for (const host of hosts) {
    const body = renderBody(host, preview);
    const key = JSON.stringify([host.outcome, host.reason, body]);
    const group = alike.get(key) ?? { first: host, body, names: [] };
    group.names.push(printable(host.name));
    alike.set(key, group);
  }
  return [...alike.values()]
    .flatMap(({ first, body, names }) => [...renderHeading(names, first, preview), ...body])
    .join("\n");
}

/**
 * Why the run can't succeed, host by host; undefined where it can. A host that does not answer may be passed over only
 * once it was configured: a new one would look done.
 */
export function renderFailures(hosts: HostReport[], skipUnreachable: boolean): string | undefined {
  const failed = hosts.filter(
    ({ outcome, isNew, toldByEngine }) =>
      (outcome === "failed" && !toldByEngine) || (outcome === "unreachable" && (!skipUnreachable || isNew)),
  );
  if (failed.length === 0) return undefined;
  const causes = failed.map(
    ({ name, outcome, reason = "" }) =>
      `  ${printable(name)} ${paint(OUTCOME_COLOURS[outcome], outcome)}: ${printable(reason)}`,
  );
  return [`${failed.length} of ${hosts.length} hosts could not be dealt with:`, ...causes].join("\n");
}

/** `web-01 … web-40 (40 hosts): would change`; names that need more than a line come below. */
function renderHeading(names: string[], { outcome, reason }: HostReport, preview: boolean): string[] {
  const wording = preview && outcome === "changed" ? "would change" : outcome;
  const what = `${paint(OUTCOME_COLOURS[outcome], wording)}${reason ? `: ${printable(reason)}` : ""}`;
  if (names.length === 1) return [`${names[0]}: ${what}`];
  const lines = wrapped(listNames(names));
  if (lines.length === 1) return [`${lines[0]} (${names.length} hosts): ${what}`];
  return [`${names.length} hosts: ${what}`, ...lines.map((line) => `  ${line}`)];
}

function renderBody({ outcome, note, plan, effective }: HostReport, preview: boolean): string[] {
  const lines = note ? [`  note: ${printable(note)}`] : [];
  for (const role of plan?.roles ?? []) {
    const after = valuesAfter({ outcome, effective }, role, preview);
    if (isManaged(role) && after)
      lines.push(`  ${role.role} (${TELLS[role.role]}): ${renderValues(role, after, preview)}`);
    if (preview && role.content !== role.result)
      lines.push(...paintDiff(unifiedDiff(role.path, role.content, role.result)).map((line) => `    ${line}`));
    for (const warning of role.warnings) lines.push(`  ${paint("yellow", `warning: ${renderWarning(warning)}`)}`);
  }
  return lines;
}

/** Whether the role is wanted on the host, or was. */
export function isManaged({ desired, hadLines }: RolePlan): boolean {
  return desired !== undefined || hadLines;
}

/** The values that the role has once all is done. After a failure nobody knows but OpenSSH. */
export function valuesAfter(
  { outcome, effective }: Pick<HostReport, "outcome" | "effective">,
  role: RolePlan,
  preview: boolean,
): Values | undefined {
  return effective?.[role.role] ?? (outcome === "failed" && !preview ? undefined : role.after);
}

function renderWarning({ file, line, message }: Warning): string {
  const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`} `;
  return printable(`${place}${message}`);
}

/** `ClientAliveInterval 0 → 300, ClientAliveCountMax 3` */
function renderValues(role: RolePlan, after: Values, preview: boolean): string {
  return Object.entries(role.before)
    .map(([keyword, before]) => {
      const now = after[keyword];
      if (now === undefined) return preview ? `${keyword} ${before} → as others set it` : keyword;
      return now === before ? `${keyword} ${before}` : `${keyword} ${before} → ${now}`;
    })
    .join(", ");
}
