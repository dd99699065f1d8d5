export { unifiedDiff } from "./diff";
export { type Plan, plan, type RolePlan } from "./plan";
export { Refusal } from "./refusal";
export type { Splice } from "./splices";
export type { Warning } from "./warnings";
