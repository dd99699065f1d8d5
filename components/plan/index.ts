export { isOwnLine } from "./blocks";
export { unifiedDiff } from "./diff";
export { isChanged, plan } from "./plan";
export type { FilePlan, FormerValue, PartPlan, Plan, Warning } from "./plannedPart";
export { planWindows, type WindowsPlan } from "./puttyWindows";
export { Refusal } from "./refusal";
export { PING_KEYS, type Ping, secondsOf, sessionName } from "./savedSessions";
export type { Splice } from "./splices";
