export { becomePrefix } from "./become";
export { commandConnection } from "./connection";
export { prelude } from "./prelude";
export { resolveTarget, type Target, TargetError } from "./target";
