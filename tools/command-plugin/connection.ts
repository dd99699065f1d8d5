import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type AnyAuthMethod, Client, type ServerHostKeyAlgorithm, utils } from "ssh2";
import { login, loginMethods } from "./auth";
import type { Log } from "./transcript";

/** One SSH server, with the defaults that check fills in. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
  /** One key in authorized_keys form; without it any server is trusted. */
  hostKey?: string;
  /** How many more attempts follow a failed first one; -1 is no limit. */
  dialErrorLimit: number;
  /** Seconds for one TCP connection to come up; 0 is no limit. */
  perDialTimeout: number;
}

export interface Connection extends Endpoint {
  proxy?: Endpoint;
}

interface Circumstances {
  log: Log;
  signal: AbortSignal;
}

/** Connects and logs in, through the proxy if there is one. The connection lasts until the engine stops the plugin. */
export async function dial(connection: Connection, circumstances: Circumstances): Promise<Client> {
  const { proxy } = connection;
  const { signal } = circumstances;
  const credentials = await credentialsOf(connection);
  if (!proxy) {
    const client = await persist("Dial", connection, circumstances, async () =>
      handshake(await connectTcp(connection), credentials),
    );
    signal.addEventListener("abort", () => client.end(), { once: true });
    return client;
  }
  try {
    const proxyCredentials = await credentialsOf(proxy);
    const bastion = await persist("Dial proxy", proxy, circumstances, async () =>
      handshake(await connectTcp(proxy), proxyCredentials),
    );
    signal.addEventListener("abort", () => bastion.end(), { once: true });
    return await persist("Dial from proxy", connection, circumstances, async () =>
      handshake(await forward(bastion, connection), credentials),
    );
  } catch (error) {
    throw new Error(`proxy: ${messageOf(error)}`, { cause: error });
  }
}

async function persist<T>(
  what: string,
  { dialErrorLimit: limit }: Endpoint,
  { log, signal }: Circumstances,
  attempt: () => Promise<T>,
): Promise<T> {
  let delay = 100;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (limit >= 0 && failures >= limit) {
        throw new Error(`after ${failures} failed attempts: ${messageOf(error)}`, { cause: error });
      }
      log("info", `${what} ${failures + 1}/${limit < 0 ? "inf" : limit} failed: retrying`, { passing: true });
    }
    await sleep(delay, undefined, { signal });
    delay = Math.min(delay * 1.5, 5000);
  }
}

async function connectTcp({ host, port, perDialTimeout }: Endpoint): Promise<Socket> {
  const address = `dial tcp ${host}:${port}`;
  const signal = perDialTimeout > 0 ? AbortSignal.timeout(perDialTimeout * 1000) : undefined;
  // As Go dials by default; else a command on a host that is gone would never end.
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: 15_000 };
  const socket = connect({ host, port: Math.trunc(port), noDelay: true, ...keepAlive });
  try {
    await once(socket, "connect", { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw new Error(`${address}: ${signal?.aborted ? "i/o timeout" : messageOf(error)}`, { cause: error });
  }
}

function forward(proxy: Client, { host, port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    proxy.forwardOut("0.0.0.0", 0, host, Math.trunc(port), (error, channel) => {
      if (error) reject(error);
      else resolve(channel);
    });
  });
}

interface Credentials {
  user: string;
  methods: AnyAuthMethod[];
  hostKey?: { type: string; blob: Buffer };
}

async function credentialsOf(endpoint: Endpoint): Promise<Credentials> {
  return { user: endpoint.user, methods: await loginMethods(endpoint), hostKey: parseHostKey(endpoint.hostKey) };
}

function parseHostKey(text: string | undefined): Credentials["hostKey"] {
  if (text === undefined) return undefined;
  const key = utils.parseKey(text);
  if (key instanceof Error) throw new Error(`failed to parse host key: ${key.message}`);
  return { type: key.type, blob: key.getPublicSSH() };
}

function handshake(sock: Socket | Duplex, { user, methods, hostKey }: Credentials): Promise<Client> {
  const client = new Client();
  const attempts = login(user, methods);
  let mismatch = false;
  return new Promise<Client>((resolve, reject) => {
    const refuse = (reason: string) => {
      client.destroy();
      reject(new Error(`ssh: handshake failed: ${reason}`));
    };
    client.once("ready", () => resolve(client));
    client.once("close", () => refuse("EOF"));
    // It also takes what goes wrong after the login: the session sees that as its early end.
    client.on("error", (error: Error & { level?: string }) => {
      if (mismatch) refuse("ssh: host key mismatch");
      else if (error.level !== "client-authentication") refuse(error.message);
      else {
        const tried = attempts.tried.join(" ");
        refuse(`ssh: unable to authenticate, attempted methods [${tried}], no supported methods remain`);
      }
    });
    client.connect({
      sock: sock as Socket,
      username: user,
      readyTimeout: 0,
      authHandler: attempts.next,
      ...(hostKey && {
        algorithms: { serverHostKey: [hostKey.type as ServerHostKeyAlgorithm] },
        hostVerifier: (offered: Buffer) => {
          mismatch = !hostKey.blob.equals(offered);
          return !mismatch;
        },
      }),
    });
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
