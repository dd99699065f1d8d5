import { type FilePlan, type PartPlan, type Plan, unifiedDiff, type Warning } from "../plan";
import { partId, partName, printable, type Role, type Values } from "../settings";
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
  /** By {@link partId}: what is in force once the plan was carried out; in preview what is foreseen. */
  effective?: Record<string, Values>;
}

/** Who says what the values of a part are. */
const TELLS: Record<Role, (part: PartPlan) => string> = {
  server: () => "sshd -T",
  client: ({ probe }) => (probe === undefined || probe.endsWith(".invalid") ? "ssh -G" : `ssh -G ${probe}`),
  putty: () => "saved sessions, seconds between keepalives",
};

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
  for (const part of plan?.parts ?? []) {
    const after = valuesAfter({ outcome, effective }, part, preview);
    if (isManaged(part) && after) lines.push(`  ${renderPart(part, after, preview)}`);
    if (preview)
      for (const file of part.files.filter(isChanged))
        lines.push(...paintDiff(diffOf(file)).map((line) => `    ${line}`));
    for (const warning of part.warnings) lines.push(`  ${paint("yellow", `warning: ${renderWarning(warning)}`)}`);
  }
  return lines;
}

/** Whether the part is wanted on the host, or was. */
export function isManaged({ desired, files, former }: PartPlan): boolean {
  return desired !== undefined || former.length > 0 || files.some(({ hadLines }) => hadLines);
}

export function isChanged({ content, result }: FilePlan): boolean {
  return content !== result;
}

export function diffOf({ path, content, result }: FilePlan): string {
  return unifiedDiff(path, content, result);
}

/** The values that the part has once all is done. After a failure nobody knows but the host. */
export function valuesAfter(
  { outcome, effective }: Pick<HostReport, "outcome" | "effective">,
  part: PartPlan,
  preview: boolean,
): Values | undefined {
  return effective?.[partId(part)] ?? (outcome === "failed" && !preview ? undefined : part.after);
}

function renderWarning({ file, line, message }: Warning): string {
  const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`} `;
  return printable(`${place}${message}`);
}

/** `server (sshd -T): ClientAliveInterval 0 → 300, ClientAliveCountMax 3; TCPKeepAlive yes is left alone` */
function renderPart(part: PartPlan, after: Values, preview: boolean): string {
  const values = Object.entries(part.before).map(([name, before]) => {
    const now = after[name];
    if (now === undefined) return preview ? `${name} ${before} → as others set it` : name;
    return now === before ? `${name} ${before}` : `${name} ${before} → ${now}`;
  });
  const others = Object.entries(part.leftAlone).map(([keyword, value]) => `; ${keyword} ${value} is left alone`);
  return printable(`${partName(part)} (${TELLS[part.role](part)}): ${values.join(", ")}${others.join("")}`);
}
