import { createHash } from "node:crypto";
import {
  JOURNAL_KEY,
  type KeptSession,
  MACHINE_KEY,
  renderKept,
  SESSION_LINES,
  SESSIONS_KEY,
  type WindowsJournal,
} from "../observe";
import { PING_KEYS, type Ping, Refusal, sessionName } from "../plan";

/** The session that {@link named} names. */
const SESSION = `${SESSIONS_KEY}\\%session%`;

/** All that the lines for a Windows host are made of: what its journal says once they were carried out, and its identity. */
export type WindowsDocument = Omit<WindowsJournal, "state" | "document"> & { machine: string };

/**
 * Writes a plan down as lines for cmd.exe, the same ones for applying and for undoing: which of the two is wanted, the
 * command has put into `%keepalive%`, and each line that acts asks for it. A line is parsed once the one before is done.
 *
 * @returns the lines, and the hash by which the journal names them.
 * @throws Refusal if a name is among them that cmd.exe could take for more than a name.
 */
export function renderWindows(document: WindowsDocument): { text: string; hash: string } {
  const written = (hash: string) =>
    ["rem ssh-keepalive-plan 1", ...undo(document, hash), ...apply(document, hash), ...result(), ""].join("\n");
  const hash = createHash("sha256").update(written("")).digest("hex");
  return { text: written(hash), hash };
}

/** Undoes what the journal says is these lines' doing. A failure is told by the exit status: a destroy must not look done. */
function undo({ owner, resource, sessions }: WindowsDocument, hash: string): string[] {
  const undoing = "if %keepalive%==undo";
  const giveUp = (condition: string, why: string) => `${condition} (echo ${why} 1>&2 & exit 1)`;
  return [
    ...["owner", "resource", "last", "whole"].map((name) => `set ${name}=no`),
    `${undoing} ${ifKept("owner", `if "%t"=="${owner}" set owner=yes`)}`,
    `${undoing} ${ifKept("resource", `if "%t"=="${resource}" set resource=yes`)}`,
    `${undoing} ${ifKept("document", `if "%t"=="${hash}" set last=yes`)}`,
    `${undoing} ${ifKept("state", 'if "%t"=="applied" set whole=yes')}`,
    `${undoing} if not %owner%%resource%==yesyes (echo nothing here is of this resource; nothing was undone & exit 0)`,
    giveUp(
      `${undoing} if not %last%%whole%==yesyes`,
      "the last change there was cut off, or is newer than what the stack knows of; run up first and destroy then",
    ),
    ...Object.entries(sessions).flatMap(([key, session]) => giveBack("undo", key, session)),
    giveUp(
      "if %keepalive%==failed",
      "a saved session of PuTTY can't be changed; see that the registry lets the login user",
    ),
    `${undoing} reg delete ${JOURNAL_KEY} /f >nul`,
    giveUp(`${undoing} if errorlevel 1`, `${JOURNAL_KEY} can't be deleted; see that the registry lets the login user`),
    `${undoing} exit 0`,
  ];
}

/** A line that does something about a value of the journal's, which is in `%t` then. */
function ifKept(name: string, what: string): string {
  return `for /f "tokens=2*" %s in ('reg query ${JOURNAL_KEY} /v ${name} 2^>nul') do if "%s"=="REG_SZ" ${what}`;
}

/** What is about to be changed is written down first, so that a run that is cut off can be carried through. */
function apply(document: WindowsDocument, hash: string): string[] {
  const { machine, owner, resource, takeOver, transaction, fingerprint, sessions, released } = document;
  const applying = "if %keepalive%==apply";
  const write = (key: string, name: string, value: string) => [
    `${applying} reg add "${key}" /v ${name} /d "${value}" /f >nul`,
    `${applying} if errorlevel 1 set keepalive=unwritable`,
  ];
  const remember = (part: string, all: Record<string, KeptSession>) =>
    Object.entries(all).flatMap(([key, session]) => [
      ...named(key),
      ...write(`${JOURNAL_KEY}\\${part}\\%session%`, "values", renderKept(session)),
    ]);
  const head = Object.entries({ owner, resource, takeOver, transaction, fingerprint });
  return [
    ...(takeOver === "yes" ? [] : [`${applying} ${ifKept("owner", `if not "%t"=="${owner}" set keepalive=claimed`)}`]),
    "set machine=no",
    `for /f "tokens=2*" %s in ('reg query ${MACHINE_KEY} /v MachineGuid 2^>nul') do if /i "%t"=="${machine}" set machine=yes`,
    `${applying} if %machine%==no set keepalive=moved`,
    // First of all: with it the host is no longer taken for settled.
    ...write(JOURNAL_KEY, "document", hash),
    ...head.flatMap(([name, value]) => write(JOURNAL_KEY, name, String(value))),
    `${applying} reg delete ${JOURNAL_KEY}\\Released /f >nul 2>nul`,
    ...remember("Sessions", sessions),
    ...remember("Released", released),
    ...write(JOURNAL_KEY, "state", "applying"),
    ...Object.entries(sessions).flatMap(([key, { ours, former }]) => [
      ...named(key),
      // A session that somebody deleted a moment ago is not to come back as an empty one.
      `set there=${former ? "no" : "yes"}`,
      ...(former ? [`reg query "${SESSION}" >nul 2>nul`, "if not errorlevel 1 set there=yes"] : []),
      ...set(ours).map((line) => `${applying} if %there%==yes ${line}`),
    ]),
    ...Object.entries(released).flatMap(([key, session]) => [
      ...giveBack("apply", key, session),
      `${applying} reg delete "${JOURNAL_KEY}\\Sessions\\%session%" /f >nul 2>nul`,
    ]),
    ...write(JOURNAL_KEY, "state", "applied"),
  ];
}

/** What `readWindowsResult` reads: the values tell whether all went well. */
function result(): string[] {
  return ["echo ssh-keepalive-result 1", "echo status %keepalive%", ...SESSION_LINES, "echo #end", "exit 0"];
}

function set(ping: Ping): string[] {
  return PING_KEYS.map((name) =>
    ping[name] === undefined
      ? `reg delete "${SESSION}" /v ${name} /f >nul`
      : `reg add "${SESSION}" /v ${name} /t REG_DWORD /d ${ping[name]} /f >nul`,
  );
}

/** Puts a session's former values back where both are still ours, and takes away a session that we made and nobody used. */
function giveBack(when: "apply" | "undo", key: string, { ours, former }: KeptSession): string[] {
  const doing = `if %keepalive%==${when}`;
  // Letters that are no digit of `%C3`, as which cmd.exe could take a name for one of its loop's variables.
  const ifOurs = (letters: string, name: (typeof PING_KEYS)[number]) => {
    const [line, type, data] = letters;
    const query = `for /f "tokens=1-3" %${line} in ('reg query "${SESSION}" /v ${name} 2^>nul')`;
    return `${query} do if "%${type}"=="REG_DWORD" if "%${data}"=="0x${ours[name].toString(16)}"`;
  };
  const lines = [
    ...named(key),
    "set ours=no",
    `${doing} ${ifOurs("hij", "PingInterval")} ${ifOurs("klm", "PingIntervalSecs")} set ours=yes`,
    ...set(former ?? {}).flatMap((line) => [
      `${doing} if %ours%==yes ${line}`,
      `${doing} if %ours%==yes if errorlevel 1 set keepalive=failed`,
    ]),
  ];
  if (former) return lines;
  const full = SESSION.replace("HKCU", "HKEY_CURRENT_USER");
  return [
    ...lines,
    "set used=no",
    `${doing} for /f "tokens=*" %t in ('reg query "${SESSION}" 2^>nul') do if /i not "%t"=="${full}" set used=yes`,
    `${doing} if %ours%%used%==yesno reg delete "${SESSION}" /f >nul 2>nul`,
  ];
}

/** What PuTTY makes of any name, but for the one character that ends a quoted word of cmd.exe. */
const SAFE_KEY = /^(?:%[0-9A-F]{2}|[!#$&-[\]-~])+$/;
/** What cmd.exe takes for variables of its own, which no line can unset: PuTTY has `%CD%20x` for `Í x`. */
const OWN_VARIABLE = /%(?:CD|DATE)(?::[^%]*)?%/i;

/** Lines that put PuTTY's name for a session into `%session%`, so that it stands in these alone. */
function named(key: string): string[] {
  if (!SAFE_KEY.test(key) || OWN_VARIABLE.test(key))
    throw new Refusal(
      `the saved session ${JSON.stringify(sessionName(key))} has a name that can't be handed to cmd.exe safely ` +
        `(${SESSIONS_KEY}\\${key}); rename it in PuTTY, or name in putty.sessions the others only`,
    );
  // Of %DE%20 cmd.exe would make the value of a variable DE, if somebody has one.
  const variables = [...key.matchAll(/%(\w+)(?=%)/g)].map(([, name]) => `set "${name}="`);
  return [...variables, `set "session=${key}"`];
}
