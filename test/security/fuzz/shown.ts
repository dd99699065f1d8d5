import { type HostReport, jsonReport, renderFailures, renderReport } from "../../../components/verify";
import { requirePrintable } from "./texts";

/** Sees that all that is told of a host can be shown, to people and to programs. */
export function requireShowable(about: Omit<HostReport, "name">): void {
  const hosts = [{ name: "web-1", ...about }];
  for (const preview of [true, false]) {
    requirePrintable("the report", renderReport(hosts, preview), true);
    requirePrintable("the report as JSON", jsonReport(hosts, preview));
  }
  requirePrintable("the failure", renderFailures(hosts, false) ?? "", true);
}

/** The same of a host that is refused. */
export function requireReason(reason: string | undefined): void {
  requireShowable({ outcome: "failed", reason });
}
