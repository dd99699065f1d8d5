import { homedir } from "node:os";
import { join } from "node:path";
import type { ResolvedFleet, ResolvedHost } from "../settings";
import { HostKeyError, lookUpHostKey, parseHostKey } from "./hostKey";

/** A host that can be dialled: its address, its checked key and one way to log in. */
export interface Target {
  name: string;
  address: string;
  port: number;
  user: string;
  /** `type base64` */
  hostKey: string;
  privateKey?: string;
  privateKeyPassword?: string;
  password?: string;
  /** Only where the settings name one. The environment's is another in every login, so it must not reach the state. */
  agentSocketPath?: string;
  /** Seconds. */
  connectTimeout: number;
}

/** A host that can't be dialled as its settings stand. */
export class TargetError extends Error {}

export const DEFAULT_CONNECT_TIMEOUT = 10;

/** @throws TargetError with what is missing and what to do. */
export async function resolveTarget(fleet: ResolvedFleet, host: ResolvedHost): Promise<Target> {
  const address = host.address ?? host.name;
  const port = host.port ?? 22;
  return {
    name: host.name,
    address,
    port,
    user: host.user ?? "root",
    ...login(host),
    hostKey: await hostKeyOf(host, address, port, fleet.knownHosts ?? join(homedir(), ".ssh", "known_hosts")),
    connectTimeout: fleet.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT,
  };
}

function login(host: ResolvedHost): Pick<Target, "privateKey" | "privateKeyPassword" | "password" | "agentSocketPath"> {
  if (host.privateKey) return { privateKey: host.privateKey, privateKeyPassword: host.privateKeyPassword };
  if (host.password) return { password: host.password };
  if (host.agentSocketPath) return { agentSocketPath: host.agentSocketPath };
  if (process.env.SSH_AUTH_SOCK) return {};
  throw new TargetError(
    "there is no way to log in: give it a privateKey or a password, or start an SSH agent (SSH_AUTH_SOCK)",
  );
}

async function hostKeyOf(host: ResolvedHost, address: string, port: number, knownHosts: string): Promise<string> {
  try {
    return host.hostKey ? parseHostKey(host.hostKey) : await lookUpHostKey(address, port, knownHosts);
  } catch (error) {
    if (error instanceof HostKeyError) throw new TargetError(error.message, { cause: error });
    throw error;
  }
}
