import { Output } from "@pulumi/pulumi";

/** Stands where an input's value is not known before `up`; whatever is looked for there, it is no mistake. */
export const NOT_YET_KNOWN = Symbol("not yet known");

/** Where a setting is, as in `["hosts", 0, "port"]`. */
export type Path = PropertyKey[];

/** Settings whose content is nobody's to see, wherever they stand. */
export const SECRETS = new Set(["privateKey", "privateKeyPassword", "password"]);

/** A path as a user writes it: `hosts[0].port`. */
export function render(path: Path): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}

/**
 * A value as a message may show it: on one line, and never one that is secret.
 *
 * @param secrets the rendered paths of what came as a Pulumi secret; all that is inside is secret as well.
 */
export function show(path: Path, value: unknown, secrets: ReadonlySet<string>): string {
  if (SECRETS.has(String(path.at(-1))) || path.some((_, i) => secrets.has(render(path.slice(0, i + 1)))))
    return "its value (not shown)";
  if (Output.isInstance(value) || value instanceof Promise) return "an output";
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (value === undefined) return "nothing";
  return typeof value === "number" || typeof value === "boolean" || value === null ? String(value) : kind(value);
}

/** What sort of thing a value is, without its content: whatever is inside may be a secret. */
export function kind(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a group of settings";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}
