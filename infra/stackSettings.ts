import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { type HostArgs, readInventory, type SshKeepaliveArgs } from "../components";
import { formMistakes, rulesBroken, SettingsError } from "../components/settings";
import { credentials } from "../components/settings/schema";
import { readStackConfig, withSecretsAndFiles } from "./stackConfig";
import { INVENTORY, STACK, type StackSettings } from "./stackSchema";

const PROJECT_FOLDER = join(__dirname, "..");
/** A host with one of these has a login of its own. */
const OWN_LOGIN = ["privateKey", "privateKeyFile", "password", "passwordFile", "agentSocketPath"] as const;

/**
 * The component's settings from the stack's configuration, under the same names.
 *
 * - `inventory` reads hosts from an OpenSSH client configuration. An entry of `hosts` with the name of one of them says
 *   more of that host, or says otherwise; other entries are hosts besides.
 * - `privateKey`, `privateKeyFile`, `privateKeyPassword`, `password` and `passwordFile` hold for every host that has no
 *   login of its own. Set the secret ones by `pulumi config set --secret`, inside lists and groups with `--path`.
 * - Relative file names start at the project's folder.
 *
 * @throws SettingsError with every mistake there is.
 */
export function stackSettings(config: pulumi.Config, folder = PROJECT_FOLDER): SshKeepaliveArgs {
  const written = readStackConfig(config.name);
  const mistakes = formMistakes(STACK, written);
  const { inventory, hosts, ...rest } = withSecretsAndFiles(written, folder) as StackSettings;
  const listed = INVENTORY.safeParse(inventory).success ? hostsOf(inventory, mistakes) : [];
  if (hosts === undefined && inventory === undefined)
    mistakes.push("hosts: nothing is not allowed; it takes a list of hosts, or an inventory beside it");
  const all = Array.isArray(hosts) ? merge(hosts, listed) : (hosts ?? listed);
  mistakes.push(...rulesBroken({ ...rest, hosts: all }));
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  const keys = Object.keys(credentials);
  const login = Object.fromEntries(Object.entries(rest).filter(([key]) => keys.includes(key)));
  const settings = Object.fromEntries(Object.entries(rest).filter(([key]) => !keys.includes(key)));
  return { ...settings, hosts: all.map((host) => withLogin(host, login)) };
}

function hostsOf(inventory: StackSettings["inventory"], mistakes: string[]): HostArgs[] {
  if (!inventory) return [];
  try {
    return readInventory(inventory);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    mistakes.push(...error.mistakes);
    return [];
  }
}

/** The written hosts come first, so that `hosts[0]` in a message is the first of the file. */
function merge(written: HostArgs[], listed: HostArgs[]): HostArgs[] {
  const names = written.map((host) => host?.name);
  return [
    ...written.map((host) =>
      over(
        listed.find(({ name }) => name === host?.name),
        host,
      ),
    ),
    ...listed.filter(({ name }) => !names.includes(name)),
  ];
}

function over(listed: HostArgs | undefined, written: HostArgs): HostArgs {
  if (!listed) return written;
  // A login is one whole: the inventory's key is not for the user or the password that is named here.
  const given = hasLogin(written) ? new Set<string>(OWN_LOGIN) : new Set();
  const kept = Object.entries(listed).filter(([key]) => !given.has(key));
  return { ...Object.fromEntries(kept), ...written };
}

function withLogin(host: HostArgs, login: Partial<HostArgs>): HostArgs {
  return hasLogin(host) || host.local ? host : { ...login, ...host };
}

function hasLogin(host: HostArgs): boolean {
  return OWN_LOGIN.some((key) => key in host);
}
