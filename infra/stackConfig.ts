import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import { SettingsError } from "../components/settings";

/** Keys whose text is their value, also where it looks like a number or JSON. */
const TEXTS = [
  "privateKey",
  "privateKeyFile",
  "privateKeyPassword",
  "password",
  "passwordFile",
  "knownHosts",
  "onUnreachable",
  "onDestroy",
  "owner",
  "precedence",
  "placement",
];
const FILES = ["sshConfig", "privateKeyFile", "passwordFile", "knownHosts"];
const SECRETS = ["privateKey", "privateKeyPassword", "password"];

/**
 * All that the stack's configuration has under a project's name, as it is written there.
 *
 * Not by Pulumi's own getters: each ends the program at the first value of another type, and passes over a key that
 * nobody asks for.
 */
export function readStackConfig(project: string): Record<string, unknown> {
  refuseMisspelt(project);
  const ours = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${project}:`));
  return Object.fromEntries(
    ours.map(([key, text]) => {
      const name = key.slice(project.length + 1);
      return [name, TEXTS.includes(name) ? text : parse(text)];
    }),
  );
}

/** A key under a name that is nearly the project's would be passed over, and what it says would be undone everywhere. */
function refuseMisspelt(project: string): void {
  const misspelt = Object.keys(pulumi.runtime.allConfig()).filter((key) => {
    const [namespace = ""] = key.split(":");
    return namespace !== project && distance(namespace.toLowerCase(), project) <= Math.floor(project.length / 5);
  });
  if (misspelt.length > 0)
    throw new SettingsError(
      misspelt.map((key) => `${key}: there is no such project; did you mean ${project}:${key.split(":")[1]}?`),
    );
}

/** Pulumi hands every value over as text: lists and groups as JSON, numbers and booleans as they are written. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What it should have been is told where the settings are checked.
    return text;
  }
}

/**
 * The values with their secrets marked as such and their file names absolute.
 *
 * Pulumi marks a whole key as secret if anything inside it is one, and hands all of it over in clear. The names of hosts
 * have to be plain, so just what is secret by its meaning is marked again.
 *
 * @param folder where relative file names start.
 */
export function withSecretsAndFiles<T>(value: T, folder: string, key = ""): T {
  if (typeof value === "string") {
    if (SECRETS.includes(key)) return pulumi.secret(value) as T;
    return FILES.includes(key) && !value.startsWith("~/") ? (resolve(folder, value) as T) : value;
  }
  if (Array.isArray(value)) return value.map((item) => withSecretsAndFiles(item, folder, key)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, withSecretsAndFiles(item, folder, name)]);
  return Object.fromEntries(entries);
}
