export { type PlanDocument, planDocument, type Sender } from "./document";
export { type Journal, readJournal } from "./journal";
export { type ApplyResult, readResult } from "./result";
export { commands } from "./scripts";
export { readWindowsResult, WINDOWS_COMMANDS, windowsDocument } from "./windows";
