import type { PresentUser } from "../observe";
import type { PuttyPart, Values } from "../settings";
import { tooLong } from "./advice";
import { type Line, linesOf } from "./lines";
import type { FilePlan, FormerValue, PartPlan, Warning } from "./plannedPart";
import { Refusal } from "./refusal";
import {
  DEFAULT_SETTINGS,
  isSessionFile,
  PING_KEYS,
  type Ping,
  pingOf,
  secondsOf,
  selectSessions,
  sessionName,
} from "./savedSessions";
import { applySplices, type Splice } from "./splices";

/** A session's file, and what it says of the interval. */
interface Session {
  path: string;
  /** Undefined where it is to be made. */
  content: string | undefined;
  ping: Ping;
}

/**
 * Plans a user's saved sessions on Unix: files of `Key=value` lines, in which nothing else tells what is ours; so what was
 * there before goes into the plan, and with it into the journal. Undefined where nothing is wanted and nothing is ours.
 *
 * @throws Refusal where a session that is named does not exist, or can't be changed.
 */
export function planPutty(
  user: string,
  seen: PresentUser,
  part: PuttyPart | undefined,
  kept: FormerValue[],
  idleTimeout?: number,
): PartPlan | undefined {
  const folder = `${seen.home}/.putty/sessions`;
  const ours = kept.filter(({ path }) => path.startsWith(`${folder}/`));
  if (!part && ours.length === 0) return undefined;
  const base = { role: "putty" as const, user, path: folder, leftAlone: {} };
  const keys = seen.sessions?.flatMap((path) => {
    const key = path.slice(folder.length + 1);
    return path.startsWith(`${folder}/`) && isSessionFile(key) ? [key] : [];
  });
  const named = part?.sessions.filter((name) => !/[*?]/.test(name) && name !== DEFAULT_SETTINGS) ?? [];
  if (part && !keys && named.length === 0) {
    const message = `${user} has no saved sessions of PuTTY in ${folder}: there is nothing to do`;
    return { ...base, desired: {}, before: {}, after: {}, files: [], former: [], warnings: [{ message }] };
  }
  const wanted = part && selectSessions(part.sessions, keys ?? []);
  if (wanted && wanted.missing.length > 0) {
    const there = (keys ?? []).map(sessionName).join(", ") || "none";
    throw new Refusal(
      `${user} has no saved session ${wanted.missing.map((name) => JSON.stringify(name)).join(", ")} in ${folder}; there are: ${there}`,
    );
  }
  const paths = new Set([...(wanted?.keys ?? []).map((key) => `${folder}/${key}`), ...ours.map(({ path }) => path)]);
  const plans = [...paths].sort().flatMap((path) => {
    const isWanted = wanted?.keys.includes(path.slice(folder.length + 1)) ?? false;
    const session = sessionAt(path, seen, isWanted);
    return session ? [planSession(session, isWanted ? part?.secondsBetweenKeepalives : undefined, ours)] : [];
  });
  const byName = (values: "before" | "after"): Values =>
    Object.fromEntries(plans.flatMap((plan) => (plan[values] === undefined ? [] : [[plan.name, plan[values]]])));
  const none: Warning[] =
    part && plans.length === 0
      ? [{ message: `${user} has no saved session that ${part.sessions.join(", ")} names` }]
      : [];
  return {
    ...base,
    ...(part ? { desired: byName("after") } : {}),
    before: byName("before"),
    after: byName("after"),
    files: plans.map(({ file }) => file),
    former: plans.flatMap(({ former }) => former),
    warnings: [...none, ...tooLong("secondsBetweenKeepalives", part?.secondsBetweenKeepalives, idleTimeout)],
  };
}

function sessionAt(path: string, { files }: PresentUser, isWanted: boolean): Session | undefined {
  const file = files[path];
  if (file?.state === "unusable")
    throw new Refusal(`${path} ${file.reason}; mend it, or leave the session out of putty.sessions`);
  if (file?.state !== "present") return isWanted ? { path, content: undefined, ping: {} } : undefined;
  if (file.sealed) throw new Refusal(`${path} can't be changed: it or its folder is read-only or immutable`);
  const values = PING_KEYS.map((key) => [key, settingOf(file.content, key)?.value]);
  const session = {
    path,
    content: file.content,
    ping: Object.fromEntries(values.filter(([, value]) => value !== undefined)),
  };
  if (isWanted) requirePlain(session);
  return session;
}

/** What is there is given back by its numbers: whatever says them in another way would not come back as it was. */
function requirePlain({ path, content = "" }: Session): void {
  const lines = linesOf(content).map(({ number, start, end }) => ({ number, bytes: content.slice(start, end) }));
  const odd = PING_KEYS.flatMap((key) => {
    const own = lines.filter(({ bytes }) => bytes.startsWith(`${key}=`));
    return own.filter(({ bytes }, i) => i > 0 || !/^\w+=(0|[1-9]\d{0,9})\n$/.test(bytes));
  })[0];
  if (!odd && content !== "") return;
  const what = odd ? `${path}:${odd.number} is` : `${path} is empty, which is`;
  throw new Refusal(
    `${what} not as PuTTY writes it; save the session anew in PuTTY, or leave it out of putty.sessions`,
  );
}

/** The line that sets a key. */
function settingOf(content: string, key: string): { line: Line; value: number } | undefined {
  for (const line of linesOf(content)) {
    const [, value] = new RegExp(`^${key}=(-?\\d+)\\s*$`).exec(line.text) ?? [];
    if (value !== undefined) return { line, value: Number(value) };
  }
  return undefined;
}

interface SessionPlan {
  name: string;
  before: number;
  after: number | undefined;
  file: FilePlan;
  former: FormerValue[];
}

function planSession({ path, content, ping }: Session, seconds: number | undefined, kept: FormerValue[]): SessionPlan {
  const ours = kept.filter((value) => value.path === path);
  const target = seconds === undefined ? formerOf(ping, ours) : pingOf(seconds);
  const isSet = seconds !== undefined && PING_KEYS.every((key) => (ping[key] ?? 0) === (target[key] ?? 0));
  const former =
    seconds === undefined || (isSet && ours.length === 0) ? [] : formerValues(path, ping, pingOf(seconds), ours);
  const splices = isSet
    ? []
    : PING_KEYS.flatMap((key) => spliceOf(content ?? "", key, target[key])).sort(
        // A line goes in before the one that it displaces.
        (a, b) => a.offset - b.offset || a.length - b.length,
      );
  const result = applySplices(content ?? "", splices);
  return {
    name: sessionName(path.slice(path.lastIndexOf("/") + 1)),
    before: secondsOf(ping),
    after: seconds === undefined && ours.length === 0 ? undefined : secondsOf(target),
    file: {
      path,
      content,
      // Only a file that we made is empty without our lines.
      result: result === "" && seconds === undefined ? undefined : result,
      splices,
      hadLines: ours.length > 0,
      hasLines: former.length > 0,
    },
    former,
  };
}

/** What a session goes back to. The two values are one setting: where somebody changed either, both are that user's own. */
function formerOf(ping: Ping, ours: FormerValue[]): Ping {
  // Of a change that was cut off it may have the earlier values of ours or the later ones.
  const isOurs = PING_KEYS.every((name) => ours.some(({ key, ours: value }) => key === name && ping[name] === value));
  return isOurs ? Object.fromEntries(ours.map(({ key, former }) => [key, former])) : ping;
}

/** What was there the first time stays what is given back, whatever was set since. */
function formerValues(path: string, ping: Ping, target: Required<Ping>, ours: FormerValue[]): FormerValue[] {
  return PING_KEYS.map((key) => {
    const kept = ours.find((value) => value.key === key);
    return { path, key, ours: target[key], former: kept ? kept.former : ping[key] };
  });
}

/** Where a key is missing its line goes to the top: a file's last line may lack its newline, and the order means nothing. */
function spliceOf(content: string, key: string, value: number | undefined): Splice[] {
  const found = settingOf(content, key);
  if (found?.value === value) return [];
  const lines = value === undefined ? [] : [`${key}=${value}`];
  if (!found) return [{ offset: 0, length: 0, lines }];
  return [{ offset: found.line.start, length: found.line.end - found.line.start, lines }];
}
