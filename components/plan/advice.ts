import { type Desired, type OpenSshPart, partName, type Values } from "../settings";
import { placeOf } from "./configTree";
import type { Warning } from "./plannedPart";
import type { Subject } from "./subject";
import { isOlder } from "./values";

/** Where what is wanted can't do what keepalives are wanted for, whatever is in force. */
export function advice(subject: Subject, part: OpenSshPart, all: Map<string, string>, desired: Desired): Warning[] {
  const { version = "" } = subject.asked.program ?? {};
  const own = part.role === "server" ? ofServer(subject, part.values, all, version) : ofClient(part.values);
  const { keyword, interval } = timesOf(part);
  return [
    ...own,
    ...tooLong(keyword, interval, desired.idleTimeout, pace(part, version)),
    ...contradiction(part, desired),
  ];
}

/** sshd ends idle sessions by these though they are kept alive; both are of 9.2 and later. */
const TIMEOUTS: [keyword: string, what: string][] = [
  ["ChannelTimeout", "sshd closes idle channels after that"],
  ["UnusedConnectionTimeout", "sshd closes connections without an open channel after that"],
];

function ofServer(subject: Subject, values: Values, all: Map<string, string>, version: string): Warning[] {
  const timeouts = TIMEOUTS.flatMap(([keyword, what]) => {
    const value = all.get(keyword.toLowerCase());
    if (value === undefined || value === "none" || value === "0") return [];
    return [
      {
        ...placeOf(subject.config, keyword),
        message: `sets ${keyword} ${value}: ${what}, which no keepalive prevents`,
      },
    ];
  });
  if (values.ClientAliveCountMax !== 0 || !isOlder(version, 8, 2)) return timeouts;
  return [
    ...timeouts,
    {
      message: `ClientAliveCountMax 0 makes ${version} end a session at its first message; from 8.2 on it never gives up`,
    },
  ];
}

function ofClient(values: Values): Warning[] {
  if (values.ServerAliveCountMax !== 0) return [];
  return [{ message: "ServerAliveCountMax 0: ssh gives up at the first idle interval, even a server that is alive" }];
}

/** How many intervals go by before each message: docs/keepalive/giving-up.md has what was measured. */
function pace({ role }: OpenSshPart, version: string): number {
  return role === "server" && /^OpenSSH_9\.2(p|$)/.test(version) ? 2 : 1;
}

/** Where the network forgets a connection before its first message. */
export function tooLong(
  keyword: string,
  interval: number | undefined,
  idleTimeout: number | undefined,
  pace = 1,
): Warning[] {
  if (idleTimeout === undefined || interval === undefined) return [];
  const forgets = `the network forgets an idle connection after idleTimeout ${idleTimeout}`;
  if (interval === 0) return [{ message: `${keyword} 0 sends no messages: ${forgets}` }];
  if (interval * pace < idleTimeout) return [];
  const waits = pace === 1 ? "" : `, of which this sshd waits for ${pace} before each message,`;
  return [{ message: `${keyword} ${interval}${waits} is too long: ${forgets}` }];
}

/** Each side notices a dead peer by its own messages: one that asks late holds a session that the other gave up long ago. */
function contradiction(part: OpenSshPart, { parts }: Desired): Warning[] {
  const others = parts.filter((other): other is OpenSshPart => other.role !== "putty" && other.role !== part.role);
  if (part.role === "server") return [];
  const mine = timesOf(part);
  return others.flatMap((other) => {
    const theirs = timesOf(other);
    return [
      late(partName(part), mine, partName(other), theirs),
      late(partName(other), theirs, partName(part), mine),
    ].flat();
  });
}

interface Times {
  keyword: string;
  interval?: number;
  /** Seconds of silence after which it gives up, where that is known. */
  givesUp?: number;
}

function timesOf({ role, values }: OpenSshPart): Times {
  const side = role === "server" ? "ClientAlive" : "ServerAlive";
  const interval = values[`${side}Interval`];
  const { [`${side}CountMax`]: count = 3 } = values;
  return { keyword: `${side}Interval`, interval, givesUp: interval && count ? interval * count : undefined };
}

function late(early: string, { givesUp }: Times, other: string, { keyword, interval }: Times): Warning[] {
  if (!givesUp || !interval || givesUp >= interval) return [];
  const message = `${early} gives up after ${givesUp} s, but ${other} asks for the first time after ${keyword} ${interval}: until then ${other} keeps sessions whose other end is gone`;
  return [{ message }];
}
