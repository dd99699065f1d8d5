export type { Observation, ObservedFile, PresentFile } from "./observation";
export { effectiveValues } from "./observation";
export { DEFAULT_PATHS, observe } from "./observe";
