/** Real Debian machines to test on. `npm test` prepares and enters an isolated run; tests in it make hosts. */
export { describeHosts } from "./describe";
export { createHosts, Host, type HostOptions } from "./host";
export { type Say, type Suite, wantedSuites } from "./images";
export { runIsolated, sweep } from "./isolation";
export { Nat } from "./nat";
export { hostsUnavailable, prepare } from "./prerequisites";
