import { z } from "zod";

/** Where a setting stands. A group whose keys are the user's own has one entry, `alice`. */
export type Place = (string | number)[];

/** Every place of a schema where a single value stands: whatever setting there will be, it is among them. */
export function placesOf(schema: z.ZodType, at: Place = []): Place[] {
  if (schema instanceof z.ZodOptional) return placesOf(schema.unwrap() as z.ZodType, at);
  if (schema instanceof z.ZodArray) return placesOf(schema.element as z.ZodType, [...at, 0]);
  if (schema instanceof z.ZodRecord) return placesOf(schema.valueType as z.ZodType, [...at, "alice"]);
  if (!(schema instanceof z.ZodObject)) return [at];
  return Object.entries(schema.shape).flatMap(([key, inner]) => placesOf(inner as z.ZodType, [...at, key]));
}

/** The settings with another value at a place; groups and lists on the way are made. */
export function withValue(settings: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = (settings as Record<string | number, unknown> | undefined)?.[key];
  const changed = withValue(inner, rest, value);
  if (typeof key === "number")
    return Object.assign([...((settings as unknown[] | undefined) ?? [])], { [key]: changed });
  // What is called `__proto__` is a setting like any other here, as it is in JSON.
  return Object.defineProperty({ ...(settings as object) }, key, {
    value: changed,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

export function valueAt(settings: unknown, place: Place): unknown {
  return place.reduce((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], settings);
}
