export { type Become, explainBecome, rootCommand, rootShell, rootStdin } from "./become";
export { commandConnection } from "./commandConnection";
export { LostError, ReadError, TargetError, UnreachableError } from "./errors";
export { type InventoryArgs, readInventory } from "./inventory";
export type { CommandOutcome } from "./outcome";
export { prelude } from "./prelude";
export { type RunCommand, runAfresh, runAsRoot } from "./run";
export { type LocalTarget, type RemoteTarget, resolveTarget, type Target } from "./target";
export { whyNoLogin } from "./trial";
