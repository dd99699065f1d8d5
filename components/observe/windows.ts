import type { z } from "zod";
import type { RunCommand } from "../target";
import { AnswerError } from "./decode";
import {
  JOURNAL_KEY,
  MACHINE_KEY,
  PUTTY_KEY,
  parseKept,
  SESSIONS_KEY,
  type WindowsObservation,
  windowsObservation,
} from "./windowsObservation";

/**
 * Reads lines of cmd.exe from stdin. Not one character of it means anything else to PowerShell, so that it does not
 * matter which of the two sshd starts; whatever varies is in the lines.
 *
 * `/v:off` and `/e:on` as the user's own defaults for these may be others.
 */
export const cmdShell = (mode: string) => `cmd /d /q /v:off /e:on /k set keepalive=${mode}`;

/** Of PuTTY nothing but what we set: a saved session holds passwords of proxies, too. */
const SESSION_QUERIES = {
  sessions: SESSIONS_KEY,
  minutes: `${SESSIONS_KEY} /s /v PingInterval`,
  seconds: `${SESSIONS_KEY} /s /v PingIntervalSecs`,
};

const QUERIES = {
  machine: `${MACHINE_KEY} /v MachineGuid`,
  boots: '"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters" /v BootId',
  shutdown: "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Windows /v ShutdownTime",
  software: "HKCU\\Software",
  vendor: "HKCU\\Software\\SimonTatham",
  putty: PUTTY_KEY,
  ...SESSION_QUERIES,
  journal: `${JOURNAL_KEY} /s`,
};

/** Lines that print what the registry has, each answer under its name and followed by how it ended. */
function queryLines(queries: Record<string, string>): string[] {
  return Object.entries(queries).flatMap(([name, query]) => [
    `echo #${name}`,
    `reg query ${query} 2>nul`,
    "echo #status %errorlevel%",
  ]);
}

/** Lines that print the saved sessions as {@link sessionsIn} reads them. */
export const SESSION_LINES = queryLines(SESSION_QUERIES);

const SCRIPT = [...queryLines(QUERIES), "echo #end", "exit 0", ""].join("\n");

/**
 * Reads a host on which `/bin/sh` could not be run; undefined where it is no Windows either. That is known from what it
 * does and not from what it says, which is in the host's own language.
 *
 * @throws AnswerError if it is Windows and what it says can't be used.
 */
export async function readWindows(run: RunCommand): Promise<WindowsObservation | undefined> {
  const { status, out } = await run(cmdShell("read"), SCRIPT);
  const answer = out.toString("latin1");
  return status === 0 && /^#machine\r?$/m.test(answer) ? decodeWindows(answer) : undefined;
}

/** @throws AnswerError */
export function decodeWindows(answer: string): WindowsObservation {
  const sections = sectionsOf(answer);
  const software = keysIn(sections.software, "HKCU\\Software");
  const hasVendor = has(software, "SimonTatham");
  const putty = hasVendor && has(keysIn(sections.vendor, QUERIES.vendor), "PuTTY");
  const hasSessions = putty && has(keysIn(sections.putty, PUTTY_KEY), "Sessions");
  const hasJournal = has(software, "ssh-keepalive");
  // That reg.exe failed is no proof that a key is not there: whether it is, its parent tells.
  const told = [
    [true, "software"],
    [hasVendor, "vendor"],
    [putty, "putty"],
    [hasSessions, "sessions"],
    [hasJournal, "journal"],
  ] as const;
  for (const [exists, name] of told)
    if (exists && sections[name]?.status !== 0)
      throw new AnswerError(
        `${QUERIES[name].replace(" /s", "")} is there and can't be read; see that it belongs to the login user`,
      );
  const [machine, ...boot] = [
    ["machine", "MachineGuid"],
    ["boots", "BootId"],
    ["shutdown", "ShutdownTime"],
  ].map(([section = "", name]) => valuesIn(sections[section]).find((value) => value.name === name)?.data);
  const checked = windowsObservation.safeParse({
    kind: "windows",
    machine: machine?.toLowerCase(),
    boot: boot.join(" "),
    putty,
    sessions: hasSessions ? pingsIn(sections) : {},
    journal: hasJournal ? journalIn(sections.journal) : undefined,
  });
  if (checked.success) return checked.data;
  const { path, message } = checked.error.issues[0] as z.core.$ZodIssue;
  if (path[0] === "journal")
    throw new AnswerError(
      `${JOURNAL_KEY}, where it keeps what was changed, is damaged: ${path.slice(1).map(String).join(".")} ${message}; ` +
        "delete that key, and what PuTTY has now counts as the user's own",
    );
  throw new AnswerError(`its ${path.map(String).join(".")} ${message}`);
}

/**
 * The saved sessions in an answer to {@link SESSION_LINES}.
 *
 * @throws AnswerError
 */
export function sessionsIn(answer: string): WindowsObservation["sessions"] {
  return pingsIn(sectionsOf(answer));
}

interface Section {
  lines: string[];
  status?: number;
}

function sectionsOf(answer: string): Record<string, Section> {
  const sections: Record<string, Section> = Object.create(null);
  let open: Section | undefined;
  let ended = false;
  for (const line of answer.split(/\r?\n|\r$/)) {
    const [, name, status] = /^#([a-z]+)(?: (-?\d+))?$/.exec(line) ?? [];
    if (name === "end") ended = true;
    else if (name === "status" && open) open.status = Number(status);
    else if (name !== undefined) sections[name] = open = { lines: [] };
    else open?.lines.push(line);
  }
  if (!ended) throw new AnswerError("it ends too early");
  return sections;
}

/** The names of the keys right under one. */
function keysIn(section: Section | undefined, parent: string): string[] {
  return (section?.lines ?? []).flatMap((line) => nameUnder(line, parent) ?? []);
}

/** `foo` of `HKEY_CURRENT_USER\Software\foo` under `HKCU\Software`. */
function nameUnder(line: string, parent: string): string | undefined {
  const start = `${parent.replace("HKCU", "HKEY_CURRENT_USER")}\\`;
  const under = line.toLowerCase().startsWith(start.toLowerCase());
  const name = line.slice(start.length);
  return under && name !== "" && !name.includes("\\") ? name : undefined;
}

function has(names: string[], wanted: string): boolean {
  return names.some((name) => name.toLowerCase() === wanted.toLowerCase());
}

interface Value {
  /** The line of the key that it belongs to. */
  key: string;
  name: string;
  type: string;
  data: string;
}

function valuesIn(section: Section | undefined): Value[] {
  let key = "";
  return (section?.lines ?? []).flatMap((line) => {
    if (line.startsWith("HKEY_")) key = line;
    const [, name, type, data] = /^\s+(\S+)\s+(REG_\w+)\s*(.*)$/.exec(line) ?? [];
    return name === undefined || type === undefined || data === undefined ? [] : [{ key, name, type, data }];
  });
}

function pingsIn(sections: Record<string, Section>): WindowsObservation["sessions"] {
  const found: WindowsObservation["sessions"] = Object.create(null);
  for (const name of keysIn(sections.sessions, SESSIONS_KEY)) found[name] = {};
  for (const [section, value] of [
    ["minutes", "PingInterval"],
    ["seconds", "PingIntervalSecs"],
  ] as const)
    for (const { key, name, type, data } of valuesIn(sections[section])) {
      const session = nameUnder(key, SESSIONS_KEY);
      const ping = session === undefined ? undefined : found[session];
      if (!ping || name !== value) continue;
      if (type !== "REG_DWORD" || !/^0x[0-9a-f]{1,8}$/i.test(data))
        throw new AnswerError(`${key} has a ${name} that is no REG_DWORD; delete it or set it anew in PuTTY`);
      ping[value] = Number(data);
    }
  return found;
}

/** Undefined where the host was cut off before it had written down what it was going to change. */
function journalIn(section: Section | undefined): unknown {
  const found: Record<string, unknown> = { sessions: Object.create(null), released: Object.create(null) };
  for (const { key, name, type, data } of valuesIn(section)) {
    if (type !== "REG_SZ") continue;
    const [session, released] = ["Sessions", "Released"].map((part) => nameUnder(key, `${JOURNAL_KEY}\\${part}`));
    if (session !== undefined) (found.sessions as Record<string, unknown>)[session] = parseKept(data);
    else if (released !== undefined) (found.released as Record<string, unknown>)[released] = parseKept(data);
    else if (key.toLowerCase() === JOURNAL_KEY.replace("HKCU", "HKEY_CURRENT_USER").toLowerCase()) found[name] = data;
  }
  return found.state === undefined ? undefined : found;
}
