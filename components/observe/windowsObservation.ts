import { z } from "zod";

export const PUTTY_KEY = "HKCU\\Software\\SimonTatham\\PuTTY";
export const SESSIONS_KEY = `${PUTTY_KEY}\\Sessions`;
/** Where a Windows host keeps what was changed. */
export const JOURNAL_KEY = "HKCU\\Software\\ssh-keepalive";
export const MACHINE_KEY = "HKLM\\SOFTWARE\\Microsoft\\Cryptography";

const dword = z.number().int().min(0).max(0xffffffff);
/** Some may be absent; PuTTY takes 0 then. */
const ping = z.object({ PingInterval: dword.optional(), PingIntervalSecs: dword.optional() });
/** A session that was changed: what we set and, unless we made the session, what was there. */
const keptSession = z.object({ ours: ping.required(), former: ping.optional() });
const sessions = <T extends z.ZodType>(session: T) =>
  z
    .record(z.string().min(1).max(255), session)
    .refine((all) => Object.keys(all).length <= 2000, "has too many entries");
const word = z.string().min(1).max(300);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const journal = z.object({
  owner: word,
  resource: word,
  takeOver: z.enum(["yes", "no"]),
  state: z.enum(["applying", "applied"]),
  transaction: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
  fingerprint: hash,
  document: hash,
  sessions: sessions(keptSession),
  released: sessions(keptSession),
});

export const windowsObservation = z.object({
  kind: z.literal("windows"),
  machine: z.string().regex(/^[0-9a-f-]{8,64}$/, "is no MachineGuid"),
  /** Counts starts of Windows where it does so. */
  boot: z.string(),
  /** Whether there are settings of PuTTY's at all. */
  putty: z.boolean(),
  /** By PuTTY's name for the registry key. */
  sessions: sessions(ping),
  journal: journal.optional(),
});

/** What was read from a Windows host, of the login user: data of the host's, to be checked before use. */
export type WindowsObservation = z.infer<typeof windowsObservation>;

export function isWindows(observation: object): observation is WindowsObservation {
  return "kind" in observation;
}

export type WindowsJournal = z.infer<typeof journal>;
export type KeptSession = z.infer<typeof keptSession>;

/** `5 0 was 0 absent`: minutes and seconds as we set them and as they were. */
export function parseKept(data: string): unknown {
  const [, minutes, seconds, wasMinutes, wasSeconds] =
    /^(\d+) (\d+) was (?:no session|(\d+|absent) (\d+|absent))$/.exec(data) ?? [];
  const number = (text: string | undefined) => (text === undefined || text === "absent" ? undefined : Number(text));
  const former = { PingInterval: number(wasMinutes), PingIntervalSecs: number(wasSeconds) };
  return {
    ours: { PingInterval: number(minutes), PingIntervalSecs: number(seconds) },
    former: wasMinutes === undefined ? undefined : former,
  };
}

/** What {@link parseKept} reads. */
export function renderKept({ ours, former }: KeptSession): string {
  const was = former
    ? [former.PingInterval, former.PingIntervalSecs].map((value) => value ?? "absent").join(" ")
    : "no session";
  return `${ours.PingInterval} ${ours.PingIntervalSecs} was ${was}`;
}
