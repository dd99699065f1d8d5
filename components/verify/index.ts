export type { Outcome } from "./recap";
export { type HostReport, renderFailures, renderReport } from "./report";
