import { effectiveValues, type Verdict } from "../observe";
import { KEYWORDS, type OpenSshRole, type Values } from "../settings";
import { Refusal } from "./refusal";

/** How OpenSSH is asked what is in force, and the first release that can be. */
export const ASKS = {
  server: { program: "sshd", command: "sshd -T", since: "OpenSSH 5.1" },
  client: { program: "ssh", command: "ssh -G", since: "OpenSSH 6.8" },
} as const;

/** timeout(1)'s exit status. */
const TIMED_OUT = 124;
/** A shell's exit statuses of what could not be run or was ended by a signal are between these; OpenSSH's own is 255. */
const [CANNOT_RUN, FATAL] = [126, 255];

/** A program that was asked, and about what. */
export interface Asked {
  role: OpenSshRole;
  /** The main file. */
  path: string;
  /** Whether that starts with a byte order mark. */
  marked: boolean;
  program?: { path: string; version: string };
  /** Whose rights it had. */
  uid: number;
  verdict?: Verdict;
  /** Seconds that it had for its answer. */
  seconds: number;
  /** Why it was not asked though it is there. */
  notAsked?: string;
}

/** What OpenSSH says is in force. */
export interface Answer {
  /** Of the role's keywords. */
  values: Values;
  /** All that it reports, by keyword in lower case. */
  all: Map<string, string>;
}

/**
 * What OpenSSH says of the role's keywords.
 *
 * @throws Refusal if it can't be asked or does not answer, with its own words and what to do.
 */
export function effective(asked: Asked): Answer {
  const { role, verdict, notAsked } = asked;
  const { program, command } = ASKS[role];
  if (!verdict)
    throw new Refusal(
      notAsked !== undefined
        ? `${command} ${notAsked}`
        : `it has no ${program} on root's PATH; install OpenSSH, or name the right program in paths`,
    );
  if (verdict.code !== 0) throw new Refusal(whyNot(asked, verdict));
  const all = effectiveValues(verdict.output);
  const values: Values = {};
  for (const { keyword } of KEYWORDS[role]) {
    const value = all.get(keyword.toLowerCase());
    if (value === undefined || !/^\d+$/.test(value))
      throw new Refusal(`${command} does not report ${keyword}; its OpenSSH is too old to be managed`);
    values[keyword] = Number(value);
  }
  return { values, all };
}

/** Not every failure is the config's fault; the others have remedies of their own. */
function whyNot({ role, path, marked, program, uid, seconds }: Asked, { code, output }: Verdict): string {
  const { command, since } = ASKS[role];
  if (code === TIMED_OUT)
    return `${command} gave no answer within ${seconds} s with ${path}; see what it waits for there (a command of Match exec, a name server, a network file system)`;
  if (code >= CANNOT_RUN && code < FATAL)
    return `${command} can't be run or was ended there (status ${code}); see that ${program?.path} works`;
  const [, folder] = /Missing privilege separation directory: (\S+)/.exec(output) ?? [];
  if (folder)
    return (
      `${command} needs ${folder}, which does not exist there; start ssh.service (sshd.service), which makes it, or run ` +
      `mkdir -m 755 ${folder} as root. Nothing was touched`
    );
  const [writable] = /^.* must be owned by root and not group or world-writable/m.exec(output) ?? [];
  if (writable) return `${command} says that ${writable}; mend that first, nothing was touched`;
  const noKeys = /no hostkeys available/.test(output);
  if (noKeys && uid !== 0)
    return `${command} can't read the host keys, as the login user is not root there; log in as root, or give become`;
  if (noKeys)
    return (
      `${command} finds no host key that it can read, so ${path} can't be checked; make the missing ones by ssh-keygen -A ` +
      "as root, or mend the HostKey lines. Nothing was touched"
    );
  if (/(illegal|unknown|invalid|unrecognized) option/i.test(output) || /^usage: /im.test(output)) {
    const version = program?.version || "OpenSSH";
    return (
      `its ${version} does not know ${command}, so what is in force can't be checked; ${since} or newer is needed: upgrade ` +
      `it, or take the ${role} role off this host (enabled: false)`
    );
  }
  const [, untrusted] = /Bad owner or permissions on (\S+)/.exec(output) ?? [];
  if (untrusted)
    return `${command} does not read ${untrusted}, as others may write it or it is another user's; chmod go-w ${untrusted}, or chown it`;
  if (marked)
    return `${command} rejects ${path}: it starts with a byte order mark, which OpenSSH does not know; save it without one, nothing was touched`;
  return `${command} rejects ${path} as it stands: ${complaint(output)}; mend that first, nothing was touched`;
}

/** The first line that names a place in a file; OpenSSH goes on to count its complaints, and says that it ends. */
function complaint(output: string): string {
  const lines = output
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !/(deprecated|unsupported) option/i.test(line));
  return (lines.find((line) => /\bline \d+/.test(line)) ?? lines.at(-1) ?? "").slice(0, 300);
}
