import * as pulumi from "@pulumi/pulumi";
import type { SshKeepaliveArgs } from "./args";
import type { ResolvedFleet } from "./schema";
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
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return undefined;
  if (Array.isArray(value)) return value.map(withoutDeferred);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutDeferred(item)]));
}

/**
 * Waits for all outputs and promises in the settings and validates what they are.
 * During preview an input may be another resource's output that is not known before `up`; it is left out here.
 * Secrets come out in clear: they are kept in memory only.
 *
 * @throws SettingsError with every mistake there is.
 */
export async function resolveFleet(args: SshKeepaliveArgs): Promise<Resolution> {
  const { hosts, ...rest } = args;
  const [settings, ...resolved] = await Promise.all([resolve(rest), ...hosts.map((host) => resolve(host))]);
  const fleet = validateFleet({ ...(settings?.value as object), hosts: resolved.map(({ value }) => value) });
  const waiting = hosts.filter((_, index) => resolved[index]?.complete === false || settings?.complete === false);
  return { fleet, notYetKnown: new Set(waiting.map(({ name }) => name)) };
}

/** A value without what is not known yet; `complete` if nothing is missing. */
export interface Resolved {
  value: unknown;
  complete: boolean;
}

/** Waits for all outputs and promises inside a value. */
export async function resolve(value: unknown): Promise<Resolved> {
  const { value: serialized } = await pulumi.runtime.serializeProperties("settings", { value });
  return unwrap(serialized);
}

function unwrap(value: unknown): Resolved {
  const inner = pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : value;
  if (inner === pulumi.runtime.unknownValue) return { value: undefined, complete: false };
  if (typeof inner !== "object" || inner === null) return { value: inner, complete: true };
  const items = Object.entries(inner).map(([key, item]) => [key, unwrap(item)] as const);
  return {
    value: Array.isArray(inner)
      ? items.map(([, item]) => item.value)
      : Object.fromEntries(items.map(([key, item]) => [key, item.value])),
    complete: items.every(([, item]) => item.complete),
  };
}
