import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { formMistakes, type HostArgs, matchesPatterns, type ProxyArgs, SettingsError } from "../settings";
import { host as hostSchema } from "../settings/schema";
import { ClientConfig, DEFAULT_USER, isNone, type Value } from "./clientConfig";
import { currentUser, fromHome } from "./login";

/** Where hosts come from. */
export interface InventoryArgs {
  /** An OpenSSH client config; `~/` is the home directory. */
  sshConfig: string;
  /** Which of its hosts, as patterns of ssh_config(5). Default: every host that a Host line names in full. */
  select?: string[];
}

/** Keywords that say how to connect and can't be followed here. What they are set to is never run. */
const UNSUPPORTED: Record<string, [keyword: string, advice: string]> = {
  proxycommand: ["ProxyCommand", "use ProxyJump"],
  certificatefile: ["CertificateFile", "give a key that the host knows by itself"],
  hostkeyalias: ["HostKeyAlias", "set the host's hostKey in hosts"],
  pkcs11provider: ["PKCS11Provider", "use an SSH agent"],
  canonicalizehostname: ["CanonicalizeHostname", "write the names in full in HostName"],
};

/** Which directive a setting of a host comes from; its name comes from the Host line. */
const SOURCES: Record<string, string> = {
  address: "hostname",
  user: "user",
  port: "port",
  privateKeyFile: "identityfile",
  agentSocketPath: "identityagent",
  proxy: "proxyjump",
};

type Options = Map<string, Value>;
type Access = Pick<HostArgs, "address" | "port" | "user" | "privateKeyFile" | "agentSocketPath">;

/**
 * Hosts from an OpenSSH client config: every name on a Host line that is no pattern is a host of that name; where several
 * names of one line lead to one machine, the first is the host. HostName, User, Port, IdentityFile (the first),
 * IdentityAgent and a ProxyJump of one hop are taken as ssh takes them: the first value wins, Host patterns and `Match`
 * with all, host, originalhost and user apply. Where there is no User it is `root`. Nothing is executed. Include, any
 * other Match and what says otherwise how to connect to one of these hosts are refused by name; all other keywords are
 * ignored.
 *
 * Example: `readInventory({ sshConfig: "~/.ssh/config", select: ["web-*", "!web-3"] })`.
 *
 * Source: ssh_config(5).
 *
 * @throws SettingsError with every mistake, by file and line.
 */
export function readInventory({ sshConfig, select }: InventoryArgs): HostArgs[] {
  const mistakes: string[] = [];
  const config = new ClientConfig(read(sshConfig), sshConfig, mistakes);
  const aliases = [...config.aliases()];
  const wanted = aliases.filter(([alias]) => !select || matchesPatterns(select, alias));
  if (aliases.length === 0)
    mistakes.push(`${sshConfig} names no host in full on a Host line; give each host such a line`);
  else
    mistakes.push(
      ...idlePatterns(
        select ?? ["*"],
        aliases.map(([alias]) => alias),
        sshConfig,
      ),
    );
  const hosts = firstNames(wanted.map(([alias, where]) => ({ host: hostOf(alias, where, config, mistakes), where })));
  if (mistakes.length > 0) throw new SettingsError([...new Set(mistakes)]);
  return hosts;
}

/** Each pattern by itself: a name that is misspelt among others would leave its host out without a word. */
function idlePatterns(select: string[], names: string[], file: string): string[] {
  const there = `of the hosts in ${file}: ${names.slice(0, 20).join(", ")}${names.length > 20 ? " and so on" : ""}`;
  const idle = select.filter((one) => !one.startsWith("!") && !names.some((name) => matchesPatterns([one], name)));
  if (idle.length > 0)
    return idle.map((pattern) => `inventory.select: ${JSON.stringify(pattern)} matches none ${there}`);
  const selectsAny = names.some((name) => matchesPatterns(select, name));
  return selectsAny ? [] : [`inventory.select matches none ${there}`];
}

/** Of names that one Host line has for one machine, as for short and in full, the first is the host. */
function firstNames(named: { host: HostArgs; where: string }[]): HostArgs[] {
  const machine = ({ address, port, proxy }: HostArgs) =>
    JSON.stringify([address, port ?? 22, proxy?.address, proxy?.port ?? 22]);
  const lines = named.map(({ host, where }) => `${where} ${machine(host)}`);
  return named.filter((_, i) => lines.indexOf(lines[i] as string) === i).map(({ host }) => host);
}

function read(file: string): string {
  try {
    return readFileSync(fromHome(file), "utf8");
  } catch (error) {
    throw new SettingsError([
      `inventory.sshConfig: ${file} can't be read (${(error as Error).message}); give an OpenSSH client config`,
    ]);
  }
}

function hostOf(alias: string, where: string, config: ClientConfig, mistakes: string[]): HostArgs {
  const options = config.optionsOf(alias);
  const found: string[] = [];
  const host = { name: alias, ...accessOf(alias, options, found), ...proxyOf(options, config, found) };
  for (const mistake of formMistakes(hostSchema, host)) {
    const [property = ""] = mistake.split(/[.:]/, 1);
    mistakes.push(`${options.get(SOURCES[property] ?? "")?.where ?? where}: ${mistake}`);
  }
  mistakes.push(...found);
  return host;
}

function accessOf(alias: string, options: Options, mistakes: string[]): Access {
  for (const [name, [keyword, advice]] of Object.entries(UNSUPPORTED)) {
    const value = options.get(name);
    if (value && !isNone(value))
      mistakes.push(`${value.where}: ${keyword} is not supported in an inventory; ${advice}`);
  }
  const [hostName, port, user] = ["hostname", "port", "user"].map((keyword) => options.get(keyword));
  const address = hostName ? expand(hostName, "HostName", { "%": "%", h: alias }, mistakes) : alias;
  const tokens = {
    "%": "%",
    d: homedir(),
    h: address,
    n: alias,
    p: port?.value ?? "22",
    r: user?.value ?? DEFAULT_USER,
    u: currentUser(),
  };
  const file = (option: Value | undefined, keyword: string) => {
    if (!option || /^(none|SSH_AUTH_SOCK)$/.test(option.value)) return undefined;
    const path = expand(option, keyword, tokens, mistakes);
    if (!/^~?\//.test(path) || path.includes("${"))
      mistakes.push(
        `${option.where}: ${keyword} ${option.value} is taken from wherever ssh runs; write its path in full`,
      );
    return fromHome(path);
  };
  const privateKeyFile = file(options.get("identityfile"), "IdentityFile");
  const agentSocketPath =
    privateKeyFile === undefined ? file(options.get("identityagent"), "IdentityAgent") : undefined;
  return {
    address,
    // What is no number is told with the rest of what a host can't have.
    ...(port && { port: /^\d+$/.test(port.value) ? Number(port.value) : (port.value as never) }),
    ...(user && { user: user.value }),
    ...(privateKeyFile !== undefined && { privateKeyFile }),
    ...(agentSocketPath !== undefined && { agentSocketPath }),
  };
}

function expand(option: Value, keyword: string, tokens: Record<string, string>, mistakes: string[]): string {
  return option.value.replace(/%(.?)/g, (token, name: string) => {
    if (tokens[name] === undefined)
      mistakes.push(`${option.where}: ${token} is not supported in ${keyword}; write out what it stands for`);
    // What is told already is not to make an address that is told of as well.
    return tokens[name] ?? name;
  });
}

function proxyOf(options: Options, config: ClientConfig, mistakes: string[]): { proxy?: ProxyArgs } {
  const jump = options.get("proxyjump");
  if (!jump || isNone(jump)) return {};
  const { value, where } = jump;
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:([^,]+)@)?(?:\[([^\],@]+)\]|([^:,@]+))(?::(\d+))?\/?$/.exec(value) ?? [];
  const alias = bracketed ?? plain;
  if (alias === undefined) {
    mistakes.push(`${where}: ProxyJump ${value} is not supported; give one hop, as [user@]host[:port]`);
    return {};
  }
  const given = { user, port };
  const own = config.optionsOf(
    alias,
    new Map(Object.entries(given).flatMap(([keyword, value]) => (value ? [[keyword, { value, where }]] : []))),
  );
  const second = own.get("proxyjump");
  if (second && !isNone(second))
    mistakes.push(
      `${where}: ProxyJump ${value} is itself reached by ${second.where}; one hop is supported, so give ${alias} ` +
        "ProxyJump none before that line",
    );
  const { address = alias, ...access } = accessOf(alias, own, mistakes);
  // To ssh the host's own user is nothing to its jump host; to the settings it would be.
  return { proxy: { user: DEFAULT_USER, address, ...access } };
}
