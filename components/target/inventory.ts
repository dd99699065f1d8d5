import { readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { type HostArgs, matchesPatterns, type ProxyArgs, parseLine, SettingsError } from "../settings";
import { fromHome } from "./login";

/** Where hosts come from. */
export interface InventoryArgs {
  /** An OpenSSH client config; `~/` is the home directory. */
  sshConfig: string;
  /** Which of its hosts, as patterns of ssh_config(5). Default: every host that a Host line names in full. */
  select?: string[];
}

/** Keywords that say how to connect and can't be followed here. What they are set to is never run. */
const UNSUPPORTED: Record<string, string> = {
  proxycommand: "use ProxyJump",
  certificatefile: "give a key that the host knows by itself",
  hostkeyalias: "set the host's hostKey in hosts",
  pkcs11provider: "use an SSH agent",
  canonicalizehostname: "write the names in full in HostName",
  include: "name that file as the inventory",
};

interface Section {
  keyword: "host" | "match";
  values: string[];
  where: string;
  directives: { keyword: string; value: string; where: string }[];
}

/**
 * Hosts from an OpenSSH client config: every name on a Host line that is no pattern is a host of that name. HostName,
 * User, Port, IdentityFile (the first), IdentityAgent and a ProxyJump of one hop are taken as ssh takes them: the first
 * value wins, Host patterns and `Match` with all, host, originalhost and user apply. Where there is no User it is `root`.
 * Nothing is executed; what says otherwise how to connect is refused by name, and what does not is ignored.
 *
 * Source: ssh_config(5).
 *
 * @throws SettingsError with every mistake, by file and line.
 */
export function readInventory({ sshConfig, select }: InventoryArgs): HostArgs[] {
  const mistakes: string[] = [];
  const sections = sectionsOf(read(sshConfig), sshConfig, mistakes);
  const named = sections.flatMap(({ keyword, values }) => (keyword === "host" ? values : []));
  const aliases = [...new Set(named.filter((value) => !/[*?!]/.test(value)))];
  const wanted = aliases.filter((alias) => !select || matchesPatterns(select, alias));
  if (aliases.length === 0) mistakes.push(`${sshConfig} names no host in full on a Host line`);
  else if (wanted.length === 0)
    mistakes.push(`inventory.select matches none of the hosts in ${sshConfig}: ${aliases.join(", ")}`);
  const hosts = wanted.map((alias) => hostOf(alias, sections, mistakes));
  if (mistakes.length > 0) throw new SettingsError([...new Set(mistakes)]);
  return hosts;
}

function read(file: string): string {
  try {
    return readFileSync(fromHome(file), "utf8");
  } catch (error) {
    throw new SettingsError([`inventory.sshConfig: ${file} can't be read (${(error as Error).message})`]);
  }
}

function sectionsOf(text: string, file: string, mistakes: string[]): Section[] {
  const first: Section = { keyword: "match", values: ["all"], where: file, directives: [] };
  const sections = [first];
  for (const [index, line] of text.split("\n").entries()) {
    const where = `${file}:${index + 1}`;
    const { keyword: written = "", values = [] } = parseLine(line) ?? {};
    const keyword = written.toLowerCase();
    const advice = UNSUPPORTED[keyword];
    if (keyword === "host" || keyword === "match") {
      if (keyword === "match") refuseMatch(values, where, mistakes);
      sections.push({ keyword, values, where, directives: [] });
    } else if (advice !== undefined && !/^(none|no)$/i.test(values[0] ?? ""))
      mistakes.push(`${where}: ${written} is not supported in an inventory; ${advice}`);
    else sections.at(-1)?.directives.push({ keyword, value: values[0] ?? "", where });
  }
  return sections;
}

const CRITERIA = ["host", "originalhost", "user"];

function refuseMatch(values: string[], where: string, mistakes: string[]): void {
  const criteria =
    values.length === 1 && values[0]?.toLowerCase() === "all" ? [] : values.filter((_, i) => i % 2 === 0);
  const other = criteria.find((criterion) => !CRITERIA.includes(criterion.replace(/^!/, "").toLowerCase()));
  if (other !== undefined)
    mistakes.push(
      `${where}: "Match ${other}" is not supported in an inventory and was not run; write it as a Host line`,
    );
}

type Options = Partial<Record<"hostname" | "user" | "port" | "identityfile" | "identityagent" | "proxyjump", Value>>;
type Value = { value: string; where: string };
const TAKEN = new Set(["hostname", "user", "port", "identityfile", "identityagent", "proxyjump"]);

function optionsOf(alias: string, sections: Section[]): Options {
  const options: Options = {};
  for (const section of sections) {
    if (!applies(section, alias, options)) continue;
    for (const { keyword, value, where } of section.directives)
      if (TAKEN.has(keyword)) options[keyword as keyof Options] ??= { value, where };
  }
  return options;
}

function applies({ keyword, values }: Section, alias: string, options: Options): boolean {
  if (keyword === "host") return matchesPatterns(values, alias);
  if (values.length === 1) return true;
  const subject: Record<string, string> = {
    host: options.hostname?.value.replaceAll("%h", alias) ?? alias,
    originalhost: alias,
    user: options.user?.value ?? "root",
  };
  return values.every((criterion, i) => {
    if (i % 2 === 1) return true;
    const name = criterion.replace(/^!/, "").toLowerCase();
    return matchesPatterns((values[i + 1] ?? "").split(","), subject[name] ?? "") !== criterion.startsWith("!");
  });
}

function hostOf(alias: string, sections: Section[], mistakes: string[]): HostArgs {
  const options = optionsOf(alias, sections);
  return { name: alias, ...accessOf(alias, options, mistakes), ...proxyOf(options, sections, mistakes) };
}

type Access = Pick<HostArgs, "address" | "port" | "user" | "privateKeyFile" | "agentSocketPath">;

function accessOf(alias: string, options: Options, mistakes: string[]): Access {
  const { hostname, user, port, identityfile, identityagent } = options;
  const address = (hostname?.value ?? alias).replace(/%([h%])/g, (_, token) => (token === "h" ? alias : "%"));
  if (port && !/^\d+$/.test(port.value)) mistakes.push(`${port.where}: Port ${port.value} is not a number`);
  const tokens: Record<string, string | undefined> = {
    "%": "%",
    d: homedir(),
    h: address,
    n: alias,
    p: port?.value ?? "22",
    r: user?.value ?? "root",
    u: userInfo().username,
  };
  const file = (option: Value | undefined, keyword: string) => {
    if (!option || /^(none|SSH_AUTH_SOCK)$/.test(option.value)) return undefined;
    const path = option.value.replace(/%(.)/g, (token, name) => tokens[name] ?? token);
    if (!/^(\/|~\/)/.test(path))
      mistakes.push(
        `${option.where}: ${keyword} ${option.value} is taken from wherever ssh runs; write its path in full`,
      );
    return fromHome(path);
  };
  return {
    address,
    ...(port && { port: Number(port.value) }),
    ...(user && { user: user.value }),
    ...some("privateKeyFile", file(identityfile, "IdentityFile")),
    ...some("agentSocketPath", identityfile ? undefined : file(identityagent, "IdentityAgent")),
  };
}

function some<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

function proxyOf({ proxyjump }: Options, sections: Section[], mistakes: string[]): { proxy?: ProxyArgs } {
  if (!proxyjump || /^none$/i.test(proxyjump.value)) return {};
  const { value, where } = proxyjump;
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:([^@,]+)@)?(?:\[([^\],]+)\]|([^:,]+))(?::(\d+))?$/.exec(value) ?? [];
  const alias = bracketed ?? plain;
  if (alias === undefined) {
    mistakes.push(`${where}: ProxyJump ${value} is not supported; give one hop, as [user@]host[:port]`);
    return {};
  }
  const options = optionsOf(alias, sections);
  if (options.proxyjump && !/^none$/i.test(options.proxyjump.value))
    mistakes.push(`${where}: ProxyJump ${value} is itself reached by ${options.proxyjump.where}; one hop is supported`);
  const { address = alias, ...access } = accessOf(alias, options, mistakes);
  return { proxy: { address, ...access, ...(user && { user }), ...(port && { port: Number(port) }) } };
}
