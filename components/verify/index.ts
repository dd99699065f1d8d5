export { type Outcome, renderRecap } from "./recap";
export { type HostReport, renderFailures, renderReport } from "./report";
