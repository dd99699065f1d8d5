import { type RolePlan, unifiedDiff } from "../plan";
import { printable } from "../settings";
import { countOutcomes } from "./recap";
import { type HostReport, isManaged, valuesAfter } from "./report";
import { REPORT_SCHEMA, type Report } from "./reportSchema";

/** What `renderReport` and `renderRecap` tell, as one line of JSON whose form docs/report.schema.json describes. */
export function jsonReport(hosts: HostReport[], preview: boolean): string {
  const document: Report = {
    schema: REPORT_SCHEMA,
    preview,
    hosts: hosts.map((host) => ({
      name: printable(host.name),
      outcome: host.outcome,
      reason: safe(host.reason),
      note: safe(host.note),
      roles: (host.plan?.roles ?? []).filter(isManaged).map((role) => roleReport(host, role, preview)),
    })),
    recap: countOutcomes(hosts.map(({ outcome }) => outcome)),
  };
  return JSON.stringify(document);
}

function roleReport(host: HostReport, role: RolePlan, preview: boolean): Report["hosts"][number]["roles"][number] {
  const changes = preview && role.content !== role.result;
  return {
    role: role.role,
    path: printable(role.path),
    before: role.before,
    after: valuesAfter(host, role, preview),
    diff: changes ? unifiedDiff(role.path, role.content, role.result) : undefined,
    warnings: role.warnings.map(({ file, line, message }) => ({
      file: safe(file),
      line,
      message: printable(message),
    })),
  };
}

/** JSON would keep some control characters as they are, and the engine takes colour directives from it, too. */
function safe(text: string | undefined): string | undefined {
  return text === undefined ? undefined : printable(text);
}
