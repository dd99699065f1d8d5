import { RunError } from "@pulumi/pulumi";
import { z } from "zod";
import { BecomeMethod, OnUnreachable } from "./args";

const SECRETS = new Set(["privateKey", "privateKeyPassword", "password"]);
const INT_MAX = 2147483647;

function is<T>(allowed: string, accept: (value: unknown) => boolean) {
  return z.custom<T>(accept, { error: allowed });
}

function wholeNumber(min: number, max: number, unit = "") {
  const accept = (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return is<number>(`a whole number${unit} from ${min} to ${max}`, accept);
}

/** Text that fits on one line: everything that ends up in a request, a plan or a message. */
function line(what: string) {
  return is<string>(`${what}, on one line`, (v) => typeof v === "string" && v !== "" && !/\p{Cc}/u.test(v));
}

function text(what: string) {
  return is<string>(what, (v) => typeof v === "string" && v !== "");
}

function oneOf<T extends string>(values: Record<string, T>) {
  const allowed = Object.values(values);
  return is<T>(`one of ${allowed.map((v) => `"${v}"`).join(", ")}`, (v) => allowed.includes(v as T));
}

const flag = is<boolean>("true or false", (v) => typeof v === "boolean");
const seconds = wholeNumber(0, INT_MAX, " of seconds");
const count = wholeNumber(0, INT_MAX);
const path = is<string>(
  "an absolute path of letters, digits and . _ - + @ /",
  (v) => typeof v === "string" && /^\/[A-Za-z0-9._+@/-]*$/.test(v),
);
const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const hostName = is<string>(
  "a name of letters, digits, dots, dashes and underscores, at most 63 long",
  (v) => typeof v === "string" && HOST_NAME.test(v),
);

const server = z.strictObject({
  clientAliveInterval: seconds.optional(),
  clientAliveCountMax: count.optional(),
  enabled: flag.optional(),
});
const client = z.strictObject({
  serverAliveInterval: seconds.optional(),
  serverAliveCountMax: count.optional(),
  enabled: flag.optional(),
});

const host = z.strictObject({
  name: hostName,
  address: is<string>(
    "a host name or an IP address",
    (v) => typeof v === "string" && /^[A-Za-z0-9][A-Za-z0-9._:%-]*$/.test(v),
  ).optional(),
  port: wholeNumber(1, 65535).optional(),
  user: is<string>(
    "a user name",
    (v) => typeof v === "string" && /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]*\$?$/.test(v),
  ).optional(),
  privateKey: text("a private key's content").optional(),
  privateKeyPassword: text("a passphrase").optional(),
  password: text("a password").optional(),
  agentSocketPath: line("a path").optional(),
  hostKey: line("a public key such as `ssh-ed25519 AAAA…`").optional(),
  become: z.strictObject({ method: oneOf(BecomeMethod) }).optional(),
  paths: z
    .strictObject({
      sshdConfig: path.optional(),
      sshConfig: path.optional(),
      sshd: path.optional(),
      ssh: path.optional(),
      journal: path.optional(),
    })
    .optional(),
  server: server.optional(),
  client: client.optional(),
});

const fleet = z.strictObject({
  hosts: z.array(host),
  server: server.optional(),
  client: client.optional(),
  onUnreachable: oneOf(OnUnreachable).optional(),
  takeOver: flag.optional(),
  knownHosts: line("a path").optional(),
  parallel: wholeNumber(1, 1024).optional(),
  connectTimeout: wholeNumber(1, 3600, " of seconds").optional(),
});

/** The settings with every input known. */
export type ResolvedFleet = z.infer<typeof fleet>;
export type ResolvedHost = z.infer<typeof host>;

/** All mistakes at once, each with the property, the value it got and what is allowed there. */
export class SettingsError extends RunError {
  constructor(readonly mistakes: string[]) {
    super(
      `${mistakes.length === 1 ? "a setting is" : `${mistakes.length} settings are`} not usable; nothing was touched:\n` +
        mistakes.map((mistake) => `  ${mistake}`).join("\n"),
    );
  }
}

/**
 * Checks settings whose inputs are all resolved.
 *
 * @throws SettingsError with every mistake there is.
 */
export function validateFleet(settings: unknown): ResolvedFleet {
  const result = fleet.safeParse(settings);
  const issues = result.error?.issues.flatMap((issue) => describe(issue, settings)) ?? [];
  const mistakes = [...issues, ...sharedNames((settings as { hosts?: unknown }).hosts)];
  if (result.success && mistakes.length === 0) return result.data;
  throw new SettingsError(mistakes);
}

/** By itself and not in the schema, which looks at what fields have in common only once each is right. */
function sharedNames(hosts: unknown): string[] {
  if (!Array.isArray(hosts)) return [];
  const names = hosts.map((host: { name?: unknown } | undefined) => host?.name);
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (typeof name !== "string" || first === index) return [];
    return [
      `hosts[${index}].name: ${show(["name"], name)} is not allowed; it takes a name of its own; hosts[${first}] has this one`,
    ];
  });
}

/** The component's and its hosts' names, which have to be known before anything else is. */
export function validateNames(component: string, hosts: unknown): string[] {
  if (/\p{Cc}/u.test(component))
    throw new SettingsError([`${JSON.stringify(component)} is no name for a component; give it one on one line`]);
  const names = z.array(z.looseObject({ name: hostName }));
  const result = names.safeParse(hosts);
  if (result.success) return result.data.map(({ name }) => name);
  throw new SettingsError(result.error.issues.flatMap((issue) => describe(issue, { hosts }, ["hosts"])));
}

function describe(issue: z.core.$ZodIssue, settings: unknown, prefix: PropertyKey[] = []): string[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${render([...path, key])}: there is no such setting; check its spelling`);
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], settings);
  const allowed = issue.code === "invalid_type" ? `${article(issue.expected)}` : issue.message;
  return [`${render(path)}: ${show(path, value)} is not allowed; it takes ${allowed}`];
}

function article(type: string): string {
  return type === "array" ? "a list" : type === "object" ? "a group of settings" : `a ${type}`;
}

function render(path: PropertyKey[]): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}

function show(path: PropertyKey[], value: unknown): string {
  if (SECRETS.has(String(path.at(-1)))) return "its value (not shown)";
  // Whatever is inside may be a secret.
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a group of settings";
  if (typeof value === "number") return String(value);
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
