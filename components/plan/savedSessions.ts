import { matchesWildcards } from "../settings";

/** What new sessions start from. */
export const DEFAULT_SETTINGS = "Default Settings";

/** The same, as PuTTY writes the name of its file or registry key. */
export const DEFAULT_SETTINGS_KEY = "Default%20Settings";

/** PuTTY keeps the interval in two values, whole minutes and the seconds over. */
export interface Ping {
  PingInterval?: number;
  PingIntervalSecs?: number;
}

export const PING_KEYS = ["PingInterval", "PingIntervalSecs"] as const;

/** Seconds as PuTTY writes them down: 90 is 1 and 30. */
export function pingOf(seconds: number): Required<Ping> {
  return { PingInterval: Math.floor(seconds / 60), PingIntervalSecs: seconds % 60 };
}

/** Seconds as PuTTY adds them up; what is absent counts as 0. */
export function secondsOf({ PingInterval = 0, PingIntervalSecs = 0 }: Ping): number {
  return PingInterval * 60 + PingIntervalSecs;
}

/** A session's name as PuTTY shows it, from that of its file or registry key (bytes as latin1 text), where it is percent-encoded. */
export function sessionName(key: string): string {
  const bytes = key.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const utf8 = Buffer.from(bytes, "latin1").toString("utf8");
  return utf8.includes("\ufffd") ? bytes : utf8;
}

/** Whether a file's name is one that PuTTY gives a session on Unix; it finds no other again. */
export function isSessionFile(key: string): boolean {
  return /^[A-Za-z0-9+.@_%-]+$/.test(key);
}

/** Which of the saved sessions are wanted, and which names are none of them. */
export interface Selection {
  keys: string[];
  /** Without `Default Settings`, which is made. */
  missing: string[];
}

/** Picks saved sessions by names as PuTTY shows them and patterns with `*` and `?`; `keys` are PuTTY's names for them. */
export function selectSessions(wanted: string[], keys: string[]): Selection {
  const names = new Map(keys.map((key) => [key, sessionName(key)]));
  const taken = keys.filter((key) =>
    wanted.some((pattern) => pattern === names.get(key) || matchesWildcards(pattern, names.get(key) as string)),
  );
  const makesDefault = wanted.includes(DEFAULT_SETTINGS) && !taken.some((key) => names.get(key) === DEFAULT_SETTINGS);
  const missing = wanted.filter(
    (name) => !/[*?]/.test(name) && name !== DEFAULT_SETTINGS && ![...names.values()].includes(name),
  );
  return { keys: [...taken, ...(makesDefault ? [DEFAULT_SETTINGS_KEY] : [])].sort(), missing };
}
