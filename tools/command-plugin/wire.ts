import {
  isRpcSecret,
  specialArchiveSig,
  specialAssetSig,
  specialSecretSig,
  specialSigKey,
  unknownValue,
  unwrapRpcSecret,
} from "@pulumi/pulumi/runtime/rpc";

/** Property values as the engine sends them: JSON in which secrets, assets and unknowns are marked. */
export type Wire = unknown;
export type WireObject = Record<string, Wire>;

export const isUnknown = (value: Wire): boolean => value === unknownValue;

export const isSecret = (value: Wire): value is WireObject => isRpcSecret(value);

export const isObject = (value: Wire): value is WireObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const secretValue = (value: WireObject): Wire => unwrapRpcSecret(value);

export const secret = (value: Wire): WireObject => ({ [specialSigKey]: specialSecretSig, value });

/** The value without its secret marks, for use inside the plugin only. */
export function reveal(value: Wire): Wire {
  if (isSecret(value)) return reveal(secretValue(value));
  return mapMembers(value, reveal);
}

/**
 * A form that is equal for equal values. An asset or archive is known by its hash alone, as the engine leaves the
 * contents out of old values.
 */
export function comparable(value: Wire): Wire {
  if (isObject(value) && (value[specialSigKey] === specialAssetSig || value[specialSigKey] === specialArchiveSig)) {
    return value.hash;
  }
  return mapMembers(isSecret(value) ? secretValue(value) : value, comparable);
}

function mapMembers(value: Wire, map: (member: Wire) => Wire): Wire {
  if (Array.isArray(value)) return value.map(map);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, map(member)]));
}
