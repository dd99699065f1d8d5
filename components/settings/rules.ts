import { isIP } from "node:net";
import { matchesPatterns } from "./patterns";
import { hostName } from "./schema";
import { NOT_YET_KNOWN, type Path, render, show } from "./show";

type Group = Record<string, unknown>;

interface Entry {
  path: Path;
  host: Group;
}

const DEFAULT_JOURNAL = "/var/lib/ssh-keepalive/journal";
const LOGIN = ["privateKey", "privateKeyFile", "privateKeyPassword", "password", "passwordFile", "agentSocketPath"];
const REMOTE_ONLY = ["address", "port", "user", ...LOGIN, "hostKey", "proxy"];

/**
 * What settings have to have in common, or must not have together.
 *
 * By itself and not in the schema, which looks at it only once each setting is right; so nothing is sure here of what it
 * looks at, and what has the wrong form is passed over: the schema tells that.
 *
 * @returns a line for each mistake.
 */
export function rulesBroken(settings: unknown, secrets: ReadonlySet<string> = new Set()): string[] {
  const fleet = isGroup(settings) ? settings : {};
  const hosts = (Array.isArray(fleet.hosts) ? fleet.hosts : [])
    .map((host: unknown, i): Entry => ({ path: ["hosts", i], host: isGroup(host) ? host : {} }))
    .filter(({ host }) => Object.keys(host).length > 0);
  const refused = (path: Path, value: unknown, why: string) =>
    `${render(path)}: ${show(path, value, secrets)} is not allowed${why}`;
  const logins = [loginGroups([], fleet), ...hosts.map(({ path, host }) => loginGroups(path, host))].flat();
  return [
    ...logins.flatMap(({ path, group }) => loginRules(path, group, refused)),
    ...hosts.flatMap((entry) => hostRules(entry, refused)),
    ...namesShared(hosts, refused),
    ...machinesShared(hosts, refused),
    ...selectRules(fleet.select, hosts, refused),
  ];
}

type Refused = (path: Path, value: unknown, why: string) => string;

/** A group and what in it has a login or a password of its own. */
function loginGroups(path: Path, group: Group): { path: Path; group: Group }[] {
  const inner = ["become", "proxy"].flatMap((name) => {
    const found = group[name];
    return isGroup(found) ? [{ path: [...path, name], group: found }] : [];
  });
  return [{ path, group }, ...inner];
}

function loginRules(path: Path, group: Group, refused: Refused): string[] {
  const has = (name: string) => group[name] !== undefined;
  const mistakes = ["privateKey", "password"]
    .map((content) => ({ content, file: `${content}File` }))
    .filter(({ content, file }) => has(content) && has(file))
    .map(({ content, file }) => refused([...path, file], group[file], ` beside ${content}; keep one of the two`));
  if (has("privateKeyPassword") && !has("privateKey") && !has("privateKeyFile"))
    mistakes.push(
      refused(
        [...path, "privateKeyPassword"],
        group.privateKeyPassword,
        " alone; it takes a privateKey or a privateKeyFile beside it",
      ),
    );
  return mistakes;
}

function hostRules({ path, host }: Entry, refused: Refused): string[] {
  if (host.local === true)
    return REMOTE_ONLY.filter((name) => host[name] !== undefined).map((name) =>
      refused(
        [...path, name],
        host[name],
        "; a local host takes none, as it is the machine that runs the program and nothing is dialled",
      ),
    );
  const { name, address } = host;
  if (host.machineId !== undefined)
    return [
      refused([...path, "machineId"], host.machineId, "; only a local host takes it, the others have a host key"),
    ];
  if (address !== undefined || !hostName.safeParse(name).success || canBeDialled(String(name))) return [];
  return [
    refused(
      [...path, "address"],
      undefined,
      `; it takes a host name or an IP address, as the name ${JSON.stringify(name)} is neither`,
    ),
  ];
}

/** A resolver takes a bare number for an IP address in another spelling: 7 for 0.0.0.7. */
function canBeDialled(name: string): boolean {
  if (isIP(name) !== 0) return true;
  const labels = name.split(".");
  return labels.every((label) => /^\w([\w-]*\w)?$/.test(label)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

function namesShared(hosts: Entry[], refused: Refused): string[] {
  return sharing(hosts, ({ host }) => (typeof host.name === "string" ? host.name : undefined)).map(
    ([first, { path, host }]) =>
      refused([...path, "name"], host.name, `; it takes a name of its own; ${render(first.path)} has this one`),
  );
}

/** Two names of one machine would undo each other's settings there. */
function machinesShared(hosts: Entry[], refused: Refused): string[] {
  // Hosts of one name are a mistake already, and the same one.
  const named = hosts.filter(({ host }, i) => hosts.findIndex((other) => other.host.name === host.name) === i);
  return sharing(named, machineOf).map(([first, { path, host }]) => {
    const property = host.local === true ? "local" : host.address === undefined ? "name" : "address";
    const is = `${render(first.path)} (${show([], first.host.name, new Set())}) is this one already`;
    return refused(
      [...path, property],
      host[property],
      `; it takes a machine of its own; ${is}: keep one of the two names, or tell them apart by port or paths.journal`,
    );
  });
}

/** What two names have in common where they are one machine; undefined where that can't be said. */
function machineOf({ host }: Entry): string | undefined {
  const journal = isGroup(host.paths) && host.paths.journal !== undefined ? host.paths.journal : DEFAULT_JOURNAL;
  if (host.local === true) return JSON.stringify(["local", journal]);
  const { name, address = name, port = 22, proxy } = host;
  // The same private address behind another proxy is another machine.
  const way = isGroup(proxy) ? [proxy.address, proxy.port ?? 22] : [proxy];
  const machine = [typeof address === "string" ? address.toLowerCase() : address, port, journal, ...way];
  return machine.includes(NOT_YET_KNOWN) ? undefined : JSON.stringify(machine);
}

/** Each entry that has the same key as an earlier one, with that one. */
function sharing(hosts: Entry[], keyOf: (entry: Entry) => string | undefined): [Entry, Entry][] {
  const keys = hosts.map(keyOf);
  return hosts.flatMap((entry, i): [Entry, Entry][] => {
    const first = keys.indexOf(keys[i]);
    return keys[i] === undefined || first === i ? [] : [[hosts[first] as Entry, entry]];
  });
}

function selectRules(select: unknown, hosts: Entry[], refused: Refused): string[] {
  if (!Array.isArray(select) || !select.every((pattern) => typeof pattern === "string")) return [];
  const names = hosts.map(({ host }) => host.name).filter((name) => typeof name === "string");
  if (names.length === 0) return [];
  const there = `of these hosts: ${names.slice(0, 20).join(", ")}${names.length > 20 ? " and so on" : ""}`;
  // Each by itself: a name that is misspelt among others would leave its host out without a word.
  const mistakes = select.flatMap((pattern, i) =>
    pattern.startsWith("!") || names.some((name) => matchesPatterns([pattern], name))
      ? []
      : [refused(["select", i], pattern, `; it takes the name or a pattern ${there}`)],
  );
  if (mistakes.length > 0 || names.some((name) => matchesPatterns(select, name))) return mistakes;
  return [refused(["select"], select, `, as it selects no host; it takes names or patterns ${there}`)];
}

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
