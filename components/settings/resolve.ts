import * as pulumi from "@pulumi/pulumi";
import type { SshKeepaliveArgs } from "./args";
import type { ResolvedFleet } from "./schema";
import { NOT_YET_KNOWN, type Path, render } from "./show";
import { validateFleet } from "./validate";

/** The settings with their inputs known, and the names of hosts some of whose inputs are not known yet. */
export interface Resolution {
  fleet: ResolvedFleet;
  notYetKnown: Set<string>;
}

/**
 * Checks at once what is known at once, so that a mistake is told before anything is registered.
 *
 * @throws SettingsError with every mistake there is.
 */
export function validateKnown(args: SshKeepaliveArgs): void {
  validateFleet(withoutDeferred(args));
}

function withoutDeferred(value: unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return NOT_YET_KNOWN;
  if (Array.isArray(value)) return value.map(withoutDeferred);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutDeferred(item)]));
}

/**
 * Waits for all outputs and promises in the settings and validates what they are.
 * During preview an input may be another resource's output that is not known before `up`; it is passed over here.
 * Secrets come out in clear: they are kept in memory only.
 *
 * @throws SettingsError with every mistake there is.
 */
export async function resolveFleet(args: SshKeepaliveArgs): Promise<Resolution> {
  const { hosts, ...rest } = args;
  const [settings, ...resolved] = await Promise.all([
    resolve(rest),
    ...hosts.map((host, index) => resolve(host, ["hosts", index])),
  ]);
  const known = { ...(settings?.value as object), hosts: resolved.map(({ value }) => value) };
  const secrets = new Set([settings, ...resolved].flatMap((part) => part?.secrets ?? []));
  const fleet = validateFleet(known, secrets);
  const waiting = hosts.filter((_, index) => resolved[index]?.complete === false || settings?.complete === false);
  return { fleet, notYetKnown: new Set(waiting.map(({ name }) => name)) };
}

/** A value with all that is known. */
export interface Resolved {
  value: unknown;
  /** Whether nothing in it is {@link NOT_YET_KNOWN}. */
  complete: boolean;
  /** Where it came as a secret, as in `hosts[0].password`. */
  secrets: string[];
}

/** Waits for all outputs and promises inside a value; `path` is where it stands in the settings. */
export async function resolve(value: unknown, path: Path = []): Promise<Resolved> {
  const { value: serialized } = await pulumi.runtime.serializeProperties("settings", { value });
  return unwrap(serialized, path);
}

function unwrap(value: unknown, path: Path): Resolved {
  const secrets = pulumi.runtime.isRpcSecret(value) ? [render(path)] : [];
  const inner = secrets.length > 0 ? pulumi.runtime.unwrapRpcSecret(value) : value;
  if (inner === pulumi.runtime.unknownValue) return { value: NOT_YET_KNOWN, complete: false, secrets };
  if (typeof inner !== "object" || inner === null) return { value: inner, complete: true, secrets };
  const items = Object.entries(inner).map(([key, item]) => {
    const place = Array.isArray(inner) ? Number(key) : key;
    return [key, unwrap(item, [...path, place])] as const;
  });
  return {
    value: Array.isArray(inner)
      ? items.map(([, item]) => item.value)
      : Object.fromEntries(items.map(([key, item]) => [key, item.value])),
    complete: items.every(([, item]) => item.complete),
    secrets: [...secrets, ...items.flatMap(([, item]) => item.secrets)],
  };
}
