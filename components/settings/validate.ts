import { RunError } from "@pulumi/pulumi";
import { z } from "zod";
import { fleet, hostName, type ResolvedFleet } from "./schema";

const SECRETS = new Set(["privateKey", "privateKeyPassword", "password"]);
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
