export { type Confirmation, whyUnconfirmed } from "./confirm";
export { jsonReport } from "./jsonReport";
export { type Outcome, renderRecap } from "./recap";
export { type HostReport, renderFailures, renderReport } from "./report";
export { tellReport } from "./tell";
