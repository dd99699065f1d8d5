import type { CheckFailure, CheckResult } from "@pulumi/pulumi/provider";
import { type EnumSpec, type ObjectSpec, type PropertySpec, resources, types, version } from "./schema";
import { isObject, isSecret, isUnknown, reveal, secret, secretValue, type Wire, type WireObject } from "./wire";

/** Properties of the official plugin that the stand-in refuses, rather than to leave out what they ask for. */
const notServed = ["archivePaths", "assetPaths"];

/**
 * The inputs with their defaults, and one failure for each property that the schema doesn't allow.
 *
 * @example checkInputs("command:remote:Command", { connection: {} }).failures
 *          // [{ property: "connection.host", reason: "a required property is missing" }]
 */
export function checkInputs(type: string, news: WireObject): CheckResult {
  const resource = resources[type];
  if (!resource) {
    throw new Error(
      `${type} is not served by this stand-in, which knows ${Object.keys(resources).join(" and ")} only. ` +
        `Install the official command plugin, version ${version}.`,
    );
  }
  const failures: CheckFailure[] = notServed
    .filter((property) => news[property] !== undefined)
    .map((property) => ({
      property,
      reason: `this stand-in can't collect files. Install the official command plugin, version ${version}.`,
    }));
  const spec: ObjectSpec = {
    type: "object",
    properties: resource.inputProperties,
    required: resource.requiredInputs,
  };
  return { inputs: conformObject(news, spec, "", failures), failures };
}

function conform(value: Wire, spec: PropertySpec, path: string, failures: CheckFailure[]): Wire {
  // One mark around the whole property replaces the marks inside it.
  if (spec.secret) return secret(conform(reveal(value), { ...spec, secret: false }, path, failures));
  if (isSecret(value)) return secret(conform(secretValue(value), spec, path, failures));
  if (isUnknown(value)) return value;

  if (spec.$ref) {
    const type = types[spec.$ref.replace("#/types/", "")];
    if (type?.type === "object") return conformObject(value, type, path, failures);
    if (type) expectMember(value, type, path, failures);
    return value;
  }
  const { items, additionalProperties } = spec;
  if (items && Array.isArray(value)) {
    return value.map((item, index) => conform(item, items, `${path}[${index}]`, failures));
  }
  if (additionalProperties && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        conform(entry, additionalProperties, `${path}.${key}`, failures),
      ]),
    );
  }
  if (spec.type && !hasType(value, spec.type)) fail(failures, path, `expected ${spec.type}, got ${nameType(value)}`);
  return value;
}

function conformObject(value: Wire, spec: ObjectSpec, path: string, failures: CheckFailure[]): Wire {
  if (!isObject(value)) {
    fail(failures, path, `expected object, got ${nameType(value)}`);
    return value;
  }
  const at = (property: string) => (path ? `${path}.${property}` : property);
  const conformed: WireObject = {};
  for (const [property, given] of Object.entries(value)) {
    const known = spec.properties[property];
    if (known && given !== null) conformed[property] = conform(given, known, at(property), failures);
    if (!known) {
      fail(failures, at(property), `unknown property; the known ones are ${Object.keys(spec.properties).join(", ")}`);
    }
  }
  for (const [property, { default: fallback }] of Object.entries(spec.properties)) {
    if (fallback !== undefined) conformed[property] ??= fallback;
  }
  for (const property of spec.required) {
    if (conformed[property] === undefined) fail(failures, at(property), "a required property is missing");
  }
  return conformed;
}

function expectMember(value: Wire, spec: EnumSpec, path: string, failures: CheckFailure[]): void {
  const allowed = spec.enum.map((member) => member.value);
  if (!allowed.includes(value as string)) {
    fail(failures, path, `expected one of ${allowed.join(", ")}, got ${JSON.stringify(value)}`);
  }
}

function hasType(value: Wire, type: NonNullable<PropertySpec["type"]>): boolean {
  return type === "integer" ? Number.isInteger(value) : nameType(value) === type;
}

/** Names the type and never the value, which may be a password. */
function nameType(value: Wire): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function fail(failures: CheckFailure[], property: string, reason: string): void {
  failures.push({ property, reason });
}
