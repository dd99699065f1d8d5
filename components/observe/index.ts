export { AnswerError } from "./decode";
export type {
  Observation,
  ObservedFile,
  ObservedTree,
  PresentFile,
  PresentUser,
  UserObservation,
  Verdict,
} from "./observation";
export { effectiveValues } from "./observation";
export { DEFAULT_PATHS, observe } from "./observe";
export { cmdShell, SESSION_LINES, sessionsIn } from "./windows";
export {
  isWindows,
  JOURNAL_KEY,
  type KeptSession,
  MACHINE_KEY,
  PUTTY_KEY,
  renderKept,
  SESSIONS_KEY,
  type WindowsJournal,
  type WindowsObservation,
} from "./windowsObservation";
