export * from "./args";
export { parseLine } from "./configLine";
export { becomeOf, desiredRoles } from "./merge";
export { matchesPatterns } from "./patterns";
export { type Resolution, type Resolved, resolve, resolveFleet, validateKnown } from "./resolve";
export { type DesiredRoles, KEYWORDS, ROLES, type Role, type Values } from "./roles";
export { rulesBroken } from "./rules";
export type { ResolvedFleet, ResolvedHost } from "./schema";
export { formMistakes, SettingsError, validateFleet, validateNames } from "./validate";
