import { effectiveValues, type Observation } from "../observe";
import { KEYWORDS, type Role, type Values } from "../settings";
import { Refusal } from "./refusal";

/** How OpenSSH is asked what is in force, and the first release that can be. */
const ASKS: Record<Role, { program: "sshd" | "ssh"; command: string; since: string }> = {
  server: { program: "sshd", command: "sshd -T", since: "OpenSSH 5.1" },
  client: { program: "ssh", command: "ssh -G", since: "OpenSSH 6.8" },
};

/** timeout(1)'s exit status. */
const TIMED_OUT = 124;
/** A shell's exit statuses of what could not be run or was ended by a signal are between these; OpenSSH's own is 255. */
const [CANNOT_RUN, FATAL] = [126, 255];

/**
 * What OpenSSH says of the role's keywords.
 *
 * @throws Refusal if it can't be asked or does not answer, with its own words and what to do.
 */
export function effective(role: Role, path: string, observation: Observation): Values {
  const { program, command } = ASKS[role];
  const verdict = observation.effective[role];
  if (!verdict)
    throw new Refusal(
      observation.programs[program]
        ? `${path} or a file that it includes has a "Match exec", and ${command} would run that command; this is not done yet. ` +
            `Take the ${role} role off this host (enabled: false)`
        : `it has no ${program} on root's PATH; install OpenSSH, or name the right program in paths`,
    );
  if (verdict.code !== 0) throw new Refusal(whyNot(role, path, verdict, observation));
  const values = effectiveValues(verdict.output);
  const found: Values = {};
  for (const { keyword } of KEYWORDS[role]) {
    const value = values.get(keyword.toLowerCase());
    if (value === undefined || !/^\d+$/.test(value))
      throw new Refusal(`${command} does not report ${keyword}; its OpenSSH is too old to be managed`);
    found[keyword] = Number(value);
  }
  return found;
}

/** Not every failure is the config's fault; the others have remedies of their own. */
function whyNot(
  role: Role,
  path: string,
  { code, output }: { code: number; output: string },
  { programs, uid }: Observation,
): string {
  const { program, command, since } = ASKS[role];
  if (code === TIMED_OUT)
    return `${command} gave no answer within 30 s; see what it waits for there (a name server, a network file system)`;
  if (code >= CANNOT_RUN && code < FATAL)
    return `${command} can't be run or was ended there (status ${code}); see that ${programs[program]?.path} works`;
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
    const version = programs[program]?.version || "OpenSSH";
    return (
      `its ${version} does not know ${command}, so what is in force can't be checked; ${since} or newer is needed: upgrade ` +
      `it, or take the ${role} role off this host (enabled: false)`
    );
  }
  return `${command} rejects ${path} as it stands: ${complaint(output)}; mend that first, nothing was touched`;
}

/** The first line that names a place in a file; OpenSSH goes on to count its complaints, and says that it ends. */
function complaint(output: string): string {
  const lines = output
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !/(deprecated|unsupported) option/i.test(line));
  return (lines.find((line) => /\bline \d+/.test(line)) ?? lines.at(-1) ?? "").slice(0, 300);
}
