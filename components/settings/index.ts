export * from "./args";
export { parseLine } from "./configLine";
export * from "./enums";
export { becomeOf, desiredOf } from "./merge";
export {
  type Activating,
  type Desired,
  type DesiredPart,
  type OpenSshPart,
  type Part,
  type PuttyPart,
  partId,
  partName,
  partOf,
} from "./parts";
export { matchesPatterns, matchesWildcards, probeHost } from "./patterns";
export { printable } from "./printable";
export { type Resolution, type Resolved, resolve, resolveFleet, validateKnown } from "./resolve";
export { type Alias, KEYWORDS, OPENSSH_ROLES, type OpenSshRole, type Role, type Values } from "./roles";
export { rulesBroken } from "./rules";
export type { ResolvedFleet, ResolvedHost } from "./schema";
export { formMistakes, SettingsError, validateFleet, validateNames } from "./validate";
