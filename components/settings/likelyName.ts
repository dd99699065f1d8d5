import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { type Path, render } from "./show";

/** The settings of one group, as `{ label: "a host", names: ["name", "local", …] }`. */
interface Group {
  label: string;
  names: string[];
}

/** What OpenSSH's own configuration calls things that have another name here, or none. */
const OPENSSH: Record<string, string> = {
  hostname: "HostName is address here",
  identityfile: "IdentityFile is privateKeyFile here",
  proxyjump: "ProxyJump is proxy here",
  proxycommand: "commands on the way are not supported; the one host on the way is proxy",
  certificatefile: "certificates are not supported",
  userknownhostsfile: "UserKnownHostsFile is knownHosts here, for all hosts",
};

/** What to do about a setting that does not exist: a misspelt name, or one that belongs elsewhere. */
export function likelyName(schema: z.ZodType, path: Path, key: string): string {
  const here = groupAt(schema, path);
  if (key === "proxy" && here.label === "proxy") return "more than one hop is not supported";
  const groups = [here, ...allGroups(schema).filter(({ label }) => label !== here.label)];
  const owners = groups.filter(({ names }) => names.includes(key)).map(({ label }) => label);
  if (owners.length > 0) return `it belongs to ${list(owners, "or")}`;
  if (Object.hasOwn(OPENSSH, key.toLowerCase())) return OPENSSH[key.toLowerCase()] as string;
  const near = groups
    .flatMap(({ label, names }) => names.map((name) => ({ label, name, edits: edits(key, name) })))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(name.length / 4)))
    // The sort is stable, so that among equals this group's own name stays first.
    .sort((a, b) => a.edits - b.edits)[0];
  if (!near) return `${here.label} takes ${list(here.names, "and")}`;
  return near.label === here.label ? `did you mean ${near.name}?` : `did you mean ${near.name} of ${near.label}?`;
}

function edits(written: string, name: string): number {
  return distance(written.toLowerCase(), name.toLowerCase());
}

function list(words: string[], joint: string): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${joint} ${words.at(-1)}`;
}

function groupAt(schema: z.ZodType, path: Path): Group {
  const at = path.reduce<z.ZodType>((group, key) => inside(group)[key as string] ?? group, schema);
  return { label: labelOf(path), names: Object.keys(inside(at)) };
}

function allGroups(schema: z.ZodType, path: Path = []): Group[] {
  const members = inside(schema);
  const names = Object.keys(members);
  if (names.length === 0) return [];
  const nested = names.flatMap((name) => allGroups(members[name] as z.ZodType, [...path, name]));
  const groups = [{ label: labelOf(path), names }, ...nested];
  return groups.filter(({ label }, i) => groups.findIndex((group) => group.label === label) === i);
}

/** The settings inside a group, or inside each entry of a list of groups; none where it is a single value. */
function inside(schema: z.ZodType): Record<string, z.ZodType> {
  // Its keys are names that users give; what is said of one entry holds for all.
  if (schema instanceof z.ZodRecord) return inside(schema.valueType as z.ZodType);
  if (schema instanceof z.ZodOptional) return inside(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return inside(schema.element as z.ZodType);
  return schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {};
}

/** A group by its last name, as `proxy` and `server` mean the same wherever they stand. */
function labelOf(path: Path): string {
  // What comes after is a user's name.
  if (path.includes("userClients")) return "userClients";
  const name = path.filter((key) => typeof key === "string").at(-1);
  if (name === undefined) return "the top level";
  return name === "hosts" ? "a host" : render([name]);
}
