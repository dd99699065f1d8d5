export * from "./args";
export { desiredRoles } from "./merge";
export { type Resolution, resolve, resolveFleet, validateKnown } from "./resolve";
export { type DesiredRoles, KEYWORDS, ROLES, type Role, type Values } from "./roles";
export type { ResolvedFleet, ResolvedHost } from "./schema";
export { SettingsError, validateFleet, validateNames } from "./validate";
