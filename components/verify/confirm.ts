import { setTimeout as sleep } from "node:timers/promises";
import { LostError, UnreachableError } from "../target";

/** What a host waits for once its sshd was told of a new file. */
export interface Confirmation {
  /** How long it waits. */
  seconds: number;
  /** Logs in afresh and tells it so. */
  send(): Promise<{ status: string; cause?: string }>;
}

/**
 * Logs in afresh after sshd took up a new file: an open session alone does not show that the next one gets in. An sshd
 * that does not answer yet, or breaks off, is asked again while there is time: it may be told twice.
 *
 * @returns why that did not work; undefined where it did.
 */
export async function whyUnconfirmed({ seconds, send }: Confirmation): Promise<string | undefined> {
  const started = performance.now();
  for (;;) {
    try {
      const { status, cause } = await send();
      return status === "failed" ? (cause ?? "it gave no reason") : undefined;
    } catch (error) {
      const left = seconds * 1000 - (performance.now() - started);
      const mayPass = error instanceof UnreachableError || error instanceof LostError;
      if (!mayPass || left <= PAUSE) return lockedOut(error as Error, seconds);
      await sleep(PAUSE);
    }
  }
}

const PAUSE = 2000;

function lockedOut({ message }: Error, seconds: number): string {
  return (
    `it was changed and sshd reloaded, but no fresh login confirms it: ${message}; within ${seconds} s the host goes back ` +
    "by itself to what it had, and the next preview tells of it"
  );
}
