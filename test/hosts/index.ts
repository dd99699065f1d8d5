/** Real Debian machines to test on. `npm test` prepares and enters an isolated run; tests in it make hosts. */
export {
  type Activation,
  activations,
  knownToNobody,
  LISTENER,
  socketActivated,
  startedByHand,
  unitNamedSshd,
} from "./activation";
export type { Say } from "./cache";
export { describeHosts } from "./describe";
export { letAllThrough, letThrough } from "./firewall";
export { createHosts, Host, type HostOptions } from "./host";
export { type Suite, wantedSuites } from "./images";
export { runIsolated, sweep } from "./isolation";
export { type Init, inits } from "./layers";
export { Nat } from "./nat";
export { hostsUnavailable, prepare } from "./prerequisites";
