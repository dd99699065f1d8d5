export { jsonReport } from "./jsonReport";
export { whyLockedOut } from "./login";
export { type Outcome, renderRecap } from "./recap";
export { type HostReport, renderFailures, renderReport } from "./report";
export { tellReport } from "./tell";
