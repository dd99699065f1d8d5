import { type KeptSession, PUTTY_KEY, SESSIONS_KEY, type WindowsObservation } from "../observe";
import { type Desired, type PuttyPart, partName, type Values } from "../settings";
import { tooLong } from "./advice";
import type { FilePlan, FormerValue, PartPlan, Plan, Warning } from "./plannedPart";
import { Refusal } from "./refusal";
import { PING_KEYS, type Ping, pingOf, secondsOf, selectSessions, sessionName } from "./savedSessions";

/** A Windows host's plan, and what its journal is to say; sessions by PuTTY's name for the registry key. */
export interface WindowsPlan extends Plan {
  /** Those that are ours afterwards. */
  sessions: Record<string, KeptSession>;
  /** Those that were ours and go back to what they were, unless somebody else changed them. */
  released: Record<string, KeptSession>;
}

/** What becomes of one session. It does not exist where it is undefined. */
interface Outcome {
  key: string;
  now: Ping | undefined;
  result: Ping | undefined;
}

/**
 * Plans the saved sessions of the login user on Windows. Pure.
 *
 * @throws Refusal if it can't be done safely: what is wrong, where, and what to do.
 */
export function planWindows(desired: Desired, observation: WindowsObservation, user: string): WindowsPlan {
  const part = wantedPart(desired, user);
  const kept = observation.journal?.sessions ?? {};
  const keys = part && observation.putty ? selectedKeys(part, observation) : [];
  const all = [...new Set([...keys, ...Object.keys(kept)])].sort();
  const seconds = part?.secondsBetweenKeepalives ?? 0;
  const sessions = Object.fromEntries(
    keys.flatMap((key): [string, KeptSession][] => {
      const [now, ours] = [observation.sessions[key], kept[key]];
      // What is so already, and not by us, stays the user's own.
      if (!ours && isSet(now, seconds)) return [];
      return [[key, { ours: pingOf(seconds), former: ours ? ours.former : now }]];
    }),
  );
  const released = Object.fromEntries(Object.entries(kept).filter(([key]) => !(key in sessions)));
  if (!part && all.length === 0) return { parts: [], sessions, released };
  const outcomes = all.map((key): Outcome => {
    const now = observation.sessions[key];
    if (!keys.includes(key)) return { key, now, result: givenBack(now, kept[key]) };
    return { key, now, result: isSet(now, seconds) ? now : { ...now, ...pingOf(seconds) } };
  });
  const there = outcomes.filter(({ result }) => result !== undefined);
  const putty: PartPlan = {
    role: "putty",
    user,
    path: SESSIONS_KEY,
    ...(part ? { desired: Object.fromEntries(keys.map((key) => [sessionName(key), seconds])) } : {}),
    before: secondsByName(there, ({ now }) => now),
    after: secondsByName(there, ({ result }) => result),
    leftAlone: {},
    files: outcomes.map(({ key, now, result }) => fileOf(key, now, result, { had: key in kept, has: key in sessions })),
    former: Object.entries(sessions).flatMap(([key, session]) => formerValues(key, session)),
    warnings: part
      ? [...warningsOf(part, observation, keys), ...tooLong("secondsBetweenKeepalives", seconds, desired.idleTimeout)]
      : [],
  };
  return { parts: [putty], sessions, released };
}

function wantedPart({ parts }: Desired, user: string): PuttyPart | undefined {
  const others = parts.filter(({ role }) => role !== "putty");
  if (others.length > 0)
    throw new Refusal(
      `it is a Windows host, and these have the putty role only; switch ${others.map(partName).join(", ")} off for it ` +
        "(enabled: false)",
    );
  const putty = parts.filter((part): part is PuttyPart => part.role === "putty");
  const strangers = putty.filter((part) => part.user !== user).map((part) => part.user);
  if (strangers.length > 0)
    throw new Refusal(
      `the sessions of ${strangers.join(", ")} can't be reached: Windows loads the registry of the login user, ${user}, only; ` +
        "log in as each of them, as a host of its own, or leave them out of putty.users",
    );
  return putty[0];
}

function selectedKeys({ sessions }: PuttyPart, observation: WindowsObservation): string[] {
  const there = Object.keys(observation.sessions);
  const { keys, missing } = selectSessions(sessions, there);
  if (missing.length === 0) return keys;
  throw new Refusal(
    `PuTTY has no saved session ${missing.map((name) => JSON.stringify(name)).join(", ")} there; it has: ` +
      `${there.map(sessionName).sort().join(", ") || "none"}. Mend the name in putty.sessions, or save the session first`,
  );
}

function isSet(ping: Ping | undefined, seconds: number): boolean {
  return ping !== undefined && secondsOf(ping) === seconds;
}

/** The two values are one setting: where somebody changed either of them, both are that user's own. */
function givenBack(now: Ping | undefined, kept: KeptSession | undefined): Ping | undefined {
  const ours = now && kept && PING_KEYS.every((key) => now[key] === kept.ours[key]);
  return ours ? (kept.former ?? {}) : now;
}

function secondsByName(outcomes: Outcome[], pick: (outcome: Outcome) => Ping | undefined): Values {
  return Object.fromEntries(outcomes.map((outcome) => [sessionName(outcome.key), secondsOf(pick(outcome) ?? {})]));
}

function fileOf(
  key: string,
  now: Ping | undefined,
  result: Ping | undefined,
  lines: { had: boolean; has: boolean },
): FilePlan {
  return {
    path: `${SESSIONS_KEY}\\${key}`,
    content: textOf(now),
    result: textOf(result),
    splices: [],
    hadLines: lines.had,
    hasLines: lines.has,
  };
}

/** A session as the diff of a preview shows it. */
function textOf(ping: Ping | undefined): string | undefined {
  return ping && PING_KEYS.flatMap((key) => (ping[key] === undefined ? [] : [`${key}=${ping[key]}\n`])).join("");
}

function formerValues(key: string, { ours, former }: KeptSession): FormerValue[] {
  const path = `${SESSIONS_KEY}\\${key}`;
  return PING_KEYS.map((name) => ({ path, key: name, ours: ours[name], former: former?.[name] }));
}

function warningsOf({ sessions }: PuttyPart, { putty }: WindowsObservation, keys: string[]): Warning[] {
  if (!putty) return [{ message: `PuTTY has no settings there (no ${PUTTY_KEY}): there is nothing to do` }];
  if (keys.length > 0) return [];
  return [{ message: `PuTTY has no saved session there that ${sessions.join(", ")} names` }];
}
