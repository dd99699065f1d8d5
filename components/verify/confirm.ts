import { confirmLogin, type RemoteTarget } from "../target";

/** Logs in afresh after sshd took up a new file: an open session alone does not show that the next one gets in. */
export async function whyLockedOut(target: RemoteTarget): Promise<string | undefined> {
  try {
    await confirmLogin(target);
    return undefined;
  } catch (error) {
    return (
      `it was changed and sshd reloaded, but a fresh login does not get in: ${(error as Error).message}; keep a session of ` +
      "yours open and look at sshd's log there"
    );
  }
}
