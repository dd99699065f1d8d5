import { BecomeMethod, type ResolvedHost } from "../settings";

/**
 * What goes before a command so that it runs with root's rights.
 * `exec` spares a shell; `-n` makes sudo fail rather than wait for a password that nobody types.
 */
export function becomePrefix(host: Pick<ResolvedHost, "become">): string {
  return host.become?.method === BecomeMethod.Sudo ? "exec sudo -n -- " : "exec ";
}
