/** How a command ended: with a status, or by a signal's name. */
export interface CommandOutcome {
  status: number | string;
  out: Buffer;
  err: Buffer;
}
