import { isIP } from "node:net";
import { z } from "zod";
import { Activation, BecomeMethod, OnDestroy, OnUnreachable, Placement, Precedence } from "./enums";

const INT_MAX = 2147483647;

function is<T>(allowed: string, accept: (value: unknown) => boolean) {
  return z.custom<T>(accept, { error: allowed });
}

function wholeNumber(min: number, max: number, unit = "") {
  const accept = (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return is<number>(`a whole number${unit} from ${min} to ${max}`, accept);
}

/** Text that fits on one line: everything that ends up in a request, a plan or a message. */
export function line(what: string) {
  return is<string>(`${what}, on one line`, (v) => typeof v === "string" && v !== "" && !/\p{Cc}/u.test(v));
}

/**
 * Whether a text can name who manages a host: it is written down there, read back and shown, by which it must not change.
 * Half a character does so, and the engine takes its directives from names, too.
 */
export function isOwnName(text: string): boolean {
  return text !== "" && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|<\{%/u.test(text);
}

function text(what: string) {
  return is<string>(what, (v) => typeof v === "string" && v !== "");
}

function oneOf<T extends string>(values: Record<string, T>) {
  const allowed = Object.values(values);
  return is<T>(`one of ${allowed.map((v) => `"${v}"`).join(", ")}`, (v) => allowed.includes(v as T));
}

/** A list with something in it: an empty one would mean nothing, and an absent one means all. */
function listOf<T extends z.ZodType>(entry: T) {
  return z.array(entry).min(1, "at least one entry; leave it out for the default");
}

export const flag = is<boolean>("true or false", (v) => typeof v === "boolean");
const seconds = wholeNumber(0, INT_MAX, " of seconds");
const count = wholeNumber(0, INT_MAX);
const path = is<string>(
  "an absolute path of letters, digits and . _ - + @ /",
  (v) => typeof v === "string" && /^\/[A-Za-z0-9._+@/-]*$/.test(v),
);
const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const hostName = is<string>(
  "a name of letters, digits, dots, dashes and underscores, at most 63 long",
  (v) => typeof v === "string" && HOST_NAME.test(v),
);

const server = z.strictObject({
  clientAliveInterval: seconds.optional(),
  clientAliveCountMax: count.optional(),
  enabled: flag.optional(),
});
// A `Match exec` of somebody's may hand the name of the host that ssh is asked about to a shell, and only from OpenSSH 9.6 on
// no host's name has these.
const word = is<string>(
  "a pattern as on a Host line of ssh_config(5), of printable ASCII without blanks, a # at its start or any of `$\\;&|<>(){}'",
  (v) => typeof v === "string" && /^[!-~]+$/.test(v) && !v.startsWith("#") && !/[`$\\;&|<>(){}']/.test(v),
);
const client = z.strictObject({
  serverAliveInterval: seconds.optional(),
  serverAliveCountMax: count.optional(),
  hostPatterns: listOf(word).optional(),
  enabled: flag.optional(),
});

const address = is<string>(
  "a host name or an IP address",
  (v) => typeof v === "string" && (isIP(v) !== 0 || /^[A-Za-z0-9][A-Za-z0-9._:%-]*$/.test(v)),
);
const user = is<string>("a user name", (v) => typeof v === "string" && /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]*\$?$/.test(v));

const userClients = z.record(user, client);
const putty = z.strictObject({
  secondsBetweenKeepalives: seconds.optional(),
  sessions: listOf(line("a saved session's name or a pattern")).optional(),
  users: listOf(user).optional(),
  enabled: flag.optional(),
});

/** What proves to a host who logs in. */
export const credentials = {
  privateKey: text("a private key's content").optional(),
  privateKeyFile: line("a path").optional(),
  privateKeyPassword: text("a passphrase").optional(),
  password: text("a password").optional(),
  passwordFile: line("a path").optional(),
};

/** How to log in somewhere, and where that is. */
const endpoint = {
  port: wholeNumber(1, 65535).optional(),
  user: user.optional(),
  ...credentials,
  agentSocketPath: line("a path").optional(),
  // As read from a .pub file, with the end of its line.
  hostKey: is<string>(
    "a public key such as `ssh-ed25519 AAAA…`, on one line",
    (v) => typeof v === "string" && v !== "" && !/\p{Cc}/u.test(v.trimEnd()),
  ).optional(),
};

const become = z.strictObject({
  method: oneOf(BecomeMethod),
  password: line("a password").optional(),
  passwordFile: line("a path").optional(),
});

export const host = z.strictObject({
  name: hostName,
  local: flag.optional(),
  machineId: is<string>(
    "a machine's identity, as in /etc/machine-id",
    (v) => typeof v === "string" && /^[\x21-\x7e]{1,128}$/.test(v),
  ).optional(),
  address: address.optional(),
  ...endpoint,
  proxy: z.strictObject({ address, ...endpoint }).optional(),
  become: become.optional(),
  paths: z
    .strictObject({
      sshdConfig: path.optional(),
      sshConfig: path.optional(),
      sshd: path.optional(),
      ssh: path.optional(),
      journal: path.optional(),
    })
    .optional(),
  reloadCommand: is<string>(
    "a command line of printable ASCII without <{%",
    (v) => typeof v === "string" && /^[!-~](?:[ -~]*[!-~])?$/.test(v) && !v.includes("<{%"),
  ).optional(),
  server: server.optional(),
  client: client.optional(),
  userClients: userClients.optional(),
  putty: putty.optional(),
});

export const fleet = z.strictObject({
  hosts: z.array(host),
  server: server.optional(),
  client: client.optional(),
  userClients: userClients.optional(),
  putty: putty.optional(),
  precedence: oneOf(Precedence).optional(),
  placement: oneOf(Placement).optional(),
  activation: oneOf(Activation).optional(),
  confirmTimeout: wholeNumber(5, 3600, " of seconds").optional(),
  idleTimeout: wholeNumber(1, INT_MAX, " of seconds").optional(),
  become: become.optional(),
  select: z.array(line("a host's name or a pattern")).optional(),
  onUnreachable: oneOf(OnUnreachable).optional(),
  onDestroy: oneOf(OnDestroy).optional(),
  owner: is<string>(
    "a name such as project/stack, on one line, of characters that can be seen, at most 255 long",
    (v) => typeof v === "string" && v.length <= 255 && isOwnName(v),
  ).optional(),
  takeOver: flag.optional(),
  knownHosts: line("a path").optional(),
  trustOnFirstUse: flag.optional(),
  parallel: wholeNumber(1, 1024).optional(),
  connectTimeout: wholeNumber(1, 3600, " of seconds").optional(),
  bootTimeout: wholeNumber(0, 86400, " of seconds").optional(),
});

/** The settings with every input known. */
export type ResolvedFleet = z.infer<typeof fleet>;
export type ResolvedHost = z.infer<typeof host>;
