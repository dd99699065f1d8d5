import { createHash } from "node:crypto";
import type { Observation } from "../../../components/observe";

export const JOURNAL_PATH = "/var/lib/ssh-keepalive/journal";
export const HASH = "0123456789abcdef".repeat(4);

/** A document that the host below carried out. */
export const DOCUMENT =
  `ssh-keepalive-plan 1\nmachine ${createHash("sha256").update("m\n").digest("hex")}\n` +
  `owner project/stack\nresource fleet-web-1\nfingerprint ${HASH}\njournal ${JOURNAL_PATH}\nconfirmTimeout 60\n` +
  `file client /c ${HASH} ${HASH}\nsplice 0 0\n+ServerAliveInterval 60\n` +
  "config client /c ssh-keepalive.invalid\nexpect client serveraliveinterval 60\nend\n";

export const HEAD =
  "ssh-keepalive-journal 1\ntransaction 3\nstate applied\nplan p\nowner project/stack\nresource fleet-web-1\n";

/** A host with a journal of these bytes and a client's config. */
export function hostWith(journal?: string, config = "Host *\n", changed = "1"): Observation {
  const file = { state: "present" as const, realPath: "/f", mode: "600", owner: "0", group: "0", changed: "1" };
  const files: Observation["files"] = { "/c": { ...file, path: "/c", content: config, changed } };
  if (journal !== undefined) files[JOURNAL_PATH] = { ...file, path: JOURNAL_PATH, content: journal };
  const main = { server: { path: "/s", vendor: false }, client: { path: "/c", vendor: false } };
  const about = { uid: 0, user: "root", shell: "sh", machine: "m", boot: "b 1" };
  return { ...about, main, files, includes: {}, folders: [], programs: {}, effective: {}, unread: [], users: {} };
}
