import { homedir } from "node:os";
import { join } from "node:path";
import { becomeOf, type ResolvedFleet, type ResolvedHost } from "../settings";
import type { Become } from "./become";
import { TargetError } from "./errors";
import { HostKeyError, knownHostsName, lookUpHostKey, parseHostKey } from "./hostKey";
import { learnHostKey } from "./learnHostKey";
import { currentUser, fromHome, type Login, namesLogin, readPassword, resolveLogin } from "./login";

/** An SSH server that can be dialled: its checked key and one way to log in. */
export interface Endpoint extends Login {
  address: string;
  port: number;
  user: string;
  /** `type base64` */
  hostKey: string;
}

/** A host that commands reach over SSH. */
export interface RemoteTarget extends Endpoint {
  kind: "remote";
  name: string;
  become?: Become;
  /** One host on the way. */
  proxy?: Endpoint;
  /** Seconds. */
  connectTimeout: number;
}

/** The machine that runs the program. */
export interface LocalTarget {
  kind: "local";
  name: string;
  user: string;
  become?: Become;
}

export type Target = RemoteTarget | LocalTarget;

const DEFAULT_CONNECT_TIMEOUT = 10;

/** @throws TargetError with what is missing and what to do; UnreachableError where a key has to be asked for. */
export async function resolveTarget(fleet: ResolvedFleet, host: ResolvedHost): Promise<Target> {
  const become = await resolveBecome(fleet, host);
  if (host.local) return { kind: "local", name: host.name, user: currentUser(), become };
  const connectTimeout = fleet.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT;
  const login = await resolveLogin(host);
  const user = host.user ?? "root";
  const proxy = host.proxy && {
    address: host.proxy.address,
    port: host.proxy.port ?? 22,
    user: host.proxy.user ?? user,
    ...(namesLogin(host.proxy) ? await resolveLogin(host.proxy, "its proxy's ") : login),
  };
  const known = { file: fromHome(fleet.knownHosts ?? join(homedir(), ".ssh", "known_hosts")), connectTimeout };
  const learn = fleet.trustOnFirstUse ?? false;
  const checkedProxy = proxy && { ...proxy, hostKey: await proxyKeyOf(proxy, host.proxy?.hostKey, known, learn) };
  const endpoint = { address: host.address ?? host.name, port: host.port ?? 22, user, ...login };
  const hostKey = await hostKeyOf(endpoint, host.hostKey, known, learn, checkedProxy);
  return { kind: "remote", name: host.name, ...endpoint, hostKey, become, proxy: checkedProxy, connectTimeout };
}

async function resolveBecome(fleet: ResolvedFleet, host: ResolvedHost): Promise<Become | undefined> {
  const become = becomeOf(fleet, host);
  if (!become) return undefined;
  const { method, password, passwordFile } = become;
  return {
    method,
    password: password ?? (passwordFile && (await readPassword(passwordFile, "its become.passwordFile"))),
  };
}

async function hostKeyOf(
  endpoint: Omit<Endpoint, "hostKey">,
  given: string | undefined,
  known: { file: string; connectTimeout: number },
  learn: boolean,
  proxy?: Endpoint,
): Promise<string> {
  try {
    if (given !== undefined) return parseHostKey(given);
    const { address, port } = endpoint;
    return await once(
      JSON.stringify([known.file, knownHostsName(address, port), learn]),
      async () =>
        (await lookUpHostKey(address, port, known.file, learn)) ??
        (await learnHostKey(address, port, known.file, known.connectTimeout, proxy)),
    );
  } catch (error) {
    if (error instanceof HostKeyError) throw new TargetError(error.message, { cause: error });
    throw error;
  }
}

async function proxyKeyOf(...[proxy, ...rest]: Parameters<typeof hostKeyOf>): Promise<string> {
  try {
    return await hostKeyOf(proxy, ...rest);
  } catch (error) {
    if (error instanceof TargetError) throw new TargetError(`its proxy: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Hosts behind one proxy ask for its key all at once; it is looked up, and learned and written down, once. */
const running = new Map<string, Promise<string>>();

function once(question: string, ask: () => Promise<string>): Promise<string> {
  const answer = running.get(question) ?? ask().finally(() => running.delete(question));
  running.set(question, answer);
  return answer;
}
