import type { PartPlan } from "../plan";
import { printable, type Values } from "../settings";
import { countOutcomes } from "./recap";
import { diffOf, type HostReport, isChanged, isManaged, valuesAfter } from "./report";
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
      roles: (host.plan?.parts ?? []).filter(isManaged).map((part) => partReport(host, part, preview)),
    })),
    recap: countOutcomes(hosts.map(({ outcome }) => outcome)),
  };
  return JSON.stringify(document);
}

function partReport(host: HostReport, part: PartPlan, preview: boolean): Report["hosts"][number]["roles"][number] {
  const diffs = part.files.filter(isChanged).map(diffOf);
  const after = valuesAfter(host, part, preview);
  return {
    role: part.role,
    user: safe(part.user),
    path: printable(part.path),
    probe: safe(part.probe),
    before: safeNames(part.before),
    after: after && safeNames(after),
    leftAlone: Object.fromEntries(
      Object.entries(part.leftAlone).map(([keyword, value]) => [keyword, printable(value)]),
    ),
    diff: preview && diffs.length > 0 ? diffs.join("\n") : undefined,
    warnings: part.warnings.map(({ file, line, message }) => ({
      file: safe(file),
      line,
      message: printable(message),
    })),
  };
}

/** The names of saved sessions are the host's. */
function safeNames(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [printable(name), value]));
}

/** JSON would keep some control characters as they are, and the engine takes colour directives from it, too. */
function safe(text: string | undefined): string | undefined {
  return text === undefined ? undefined : printable(text);
}
