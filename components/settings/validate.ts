import { RunError } from "@pulumi/pulumi";
import { z } from "zod";
import { likelyName } from "./likelyName";
import { printable } from "./printable";
import { rulesBroken } from "./rules";
import { flag, fleet, hostName, isOwnName, type ResolvedFleet } from "./schema";
import { kind, NOT_YET_KNOWN, type Path, render, show } from "./show";

/** All mistakes at once, each with the property, the value it got and what is allowed there. */
export class SettingsError extends RunError {
  constructor(readonly mistakes: string[]) {
    super(
      `${mistakes.length === 1 ? "a setting is" : `${mistakes.length} settings are`} not usable; nothing was touched:\n` +
        mistakes.map((mistake) => `  ${printable(mistake)}`).join("\n"),
    );
  }
}

const NO_SECRETS: ReadonlySet<string> = new Set();

/**
 * Checks settings whose inputs are all resolved, or {@link NOT_YET_KNOWN}.
 *
 * @param secrets where values are that came as Pulumi secrets, as in `hosts[0].user`; they are never shown.
 * @throws SettingsError with every mistake there is.
 */
export function validateFleet(settings: unknown, secrets = NO_SECRETS): ResolvedFleet {
  const mistakes = [...formMistakes(fleet, settings, secrets), ...rulesBroken(settings, secrets)];
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  // A strict schema without transforms gives back what it got.
  return settings as ResolvedFleet;
}

/** A line for each setting that by itself is not what the schema takes. */
export function formMistakes(schema: z.ZodType, settings: unknown, secrets = NO_SECRETS): string[] {
  const issues = schema.safeParse(settings).error?.issues ?? [];
  return issues.flatMap((issue) => describe(issue, schema, settings, secrets));
}

/** The component's and its hosts' names, and which host is local: they have to be known before anything else is. */
export function validateNames(component: string, hosts: unknown): string[] {
  if (!isOwnName(component))
    throw new SettingsError([
      `${JSON.stringify(component)} is no name for a component; give it one on one line, of characters that can be seen`,
    ]);
  const plain = z.looseObject({ hosts: z.array(z.looseObject({ name: hostName, local: flag.optional() })) });
  const result = plain.safeParse({ hosts });
  if (result.success) return result.data.hosts.map(({ name }) => name);
  throw new SettingsError(formMistakes(plain, { hosts }));
}

function describe(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  settings: unknown,
  secrets: ReadonlySet<string>,
): string[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) => `${render([...path, key])}: there is no such setting; ${likelyName(schema, path, key)}`,
    );
  if (issue.code === "invalid_key")
    return [`${render(path.slice(0, -1))}: ${show([], path.at(-1), NO_SECRETS)} is not allowed; it takes a user name`];
  const value = at(settings, path);
  if (value === NOT_YET_KNOWN) return [];
  if (issue.code !== "invalid_type")
    return [`${render(path)}: ${show(path, value, secrets)} is not allowed; it takes ${issue.message}`];
  // A text in the place of a group may be the whole group in a form that nothing can read, with secrets in it.
  const shown = typeof value === "string" ? kind(value) : show(path, value, secrets);
  return [`${render(path)}: ${shown} is not allowed; it takes ${kind(issue.expected === "array" ? [] : {})}`];
}

function at(settings: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], settings);
}
