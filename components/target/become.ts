import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BecomeMethod } from "../settings";

/** How root's rights are had on a host, as its target has it. */
export interface Become {
  method: BecomeMethod;
  /** The login user's, for hosts where sudo or doas asks for it. */
  password?: string;
}

/** Without a password it must fail rather than wait for one that nobody types. Their words are asked for in English. */
const WITHOUT_PASSWORD: Record<BecomeMethod, string> = {
  [BecomeMethod.None]: "exec /bin/sh",
  [BecomeMethod.Sudo]: "exec env LC_ALL=C sudo -n -- /bin/sh",
  [BecomeMethod.Doas]: "exec env LC_ALL=C doas -n -- /bin/sh",
};

/**
 * A command line, for any login shell but csh, that runs a text of POSIX sh with root's rights. It holds no password: that
 * comes first on stdin, see `rootStdin`.
 */
export function rootCommand(become: Become | undefined, script: string): string {
  const method = become?.method ?? BecomeMethod.None;
  if (!typesPassword(become)) return `${WITHOUT_PASSWORD[method]} -c ${quote(script)}`;
  const wrapper = ["password", method].map((name) => readFileSync(join(__dirname, `${name}.sh`), "utf8")).join("");
  return `exec env LC_ALL=C /bin/sh -c ${quote(wrapper)} /bin/sh ${quote(script)}`;
}

/** As `rootCommand`, for a text that arrives on stdin. */
export function rootShell(become: Become | undefined): string {
  const method = become?.method ?? BecomeMethod.None;
  return typesPassword(become) ? rootCommand(become, "exec /bin/sh -s") : `${WITHOUT_PASSWORD[method]} -s`;
}

/** What `rootCommand` and `rootShell` get on stdin: the password, where there is one, and the script's own input. */
export function rootStdin(become: Become | undefined, input: string): string {
  return typesPassword(become) ? `${become.password}\n${input}` : input;
}

function typesPassword(become: Become | undefined): become is Become & { password: string } {
  return become?.password !== undefined && become.method !== BecomeMethod.None;
}

/** One word of a command line. To fish a backslash means something between single quotes too. */
function quote(text: string): string {
  return `'${text.replace(/['\\]/g, (char) => (char === "'" ? "'\\''" : `'"\\\\"'`))}'`;
}

/**
 * What sudo's or doas's words on stderr mean, and what to do; undefined where they did not refuse.
 *
 * @param user the login user.
 */
export function explainBecome(become: Become | undefined, user: string, stderr: string): string | undefined {
  const method = become?.method ?? BecomeMethod.None;
  const saying = SAYINGS[method].find(([words]) => words.test(stderr));
  return saying?.[1](user, stderr.trim().split("\n").slice(-3).join(" / ").slice(0, 400));
}

type Saying = [words: RegExp, advice: (user: string, said: string) => string];

/** csh knows no quoted newline, and a password takes more than one line. */
const CSH: Saying = [
  /^Unmatched '/m,
  (user) => `${user}'s login shell there is csh; log in as a user with sh, bash, zsh, ksh or fish`,
];

function missing(program: string): Saying {
  return [
    new RegExp(`\\b${program}: (?:command )?not found|'${program}': No such file|can't execute '${program}'`),
    () => `it has no ${program}: install it, or log in as root with become.method none`,
  ];
}

const SAYINGS: Record<BecomeMethod, Saying[]> = {
  [BecomeMethod.None]: [],
  [BecomeMethod.Sudo]: [
    CSH,
    missing("sudo"),
    [
      /you must have a tty/,
      (user) =>
        `its sudo has requiretty and there is no terminal here: add "Defaults:${user} !requiretty" to its sudoers`,
    ],
    [
      /password is required|authentication is required/,
      (user) => `sudo asks ${user} for a password: give it in become.password, or allow ${user} sudo with NOPASSWD`,
    ],
    [
      /incorrect (?:password|authentication)|^sudo: Authentication failed/m,
      (user) => `sudo does not take become.password for ${user}; it was tried once: give the right one`,
    ],
    [
      /is not in the sudoers file|is not allowed to|may not run sudo|I'm afraid I can't do that/,
      (user) =>
        `${user} may not become root by sudo: allow it in its sudoers ("${user} ALL=(root) ALL"), or log in as root`,
    ],
    [/^sudo: /m, (user, said) => `sudo refused: ${said}; mend that for ${user}, or log in as root`],
  ],
  [BecomeMethod.Doas]: [
    CSH,
    missing("doas"),
    [
      /^doas: no script of util-linux/m,
      () =>
        "doas takes a password from a terminal only, and making one needs the script command of util-linux: install that, " +
        'or use "permit nopass" in its doas.conf, or sudo',
    ],
    [
      /^doas: (?:Authentication|Authorization) required/m,
      (user) =>
        `doas asks ${user} for a password: give it in become.password, or use "permit nopass ${user}" in its doas.conf`,
    ],
    [
      /^doas: (?:Authentication|Authorization) failed/m,
      (user) => `doas does not take become.password for ${user}; it was tried once: give the right one`,
    ],
    [
      /^doas: (?:Operation not permitted|doas is not enabled)/m,
      (user) => `${user} may not become root by doas: put "permit ${user}" into its doas.conf, or log in as root`,
    ],
    [/^doas: /m, (user, said) => `doas refused: ${said}; mend that for ${user}, or log in as root`],
  ],
};
