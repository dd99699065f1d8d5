import type { Duplex } from "node:stream";
import { Client, type ServerHostKeyAlgorithm } from "ssh2";
import { ReadError, UnreachableError } from "./errors";
import type { Endpoint, RemoteTarget } from "./target";

/** A logged-in connection. */
export interface Connection {
  client: Client;
  close(): void;
}

/** Logs in to a host, through its proxy if it has one. Each hop has `connectTimeout` to itself. */
export async function dial(target: RemoteTarget): Promise<Connection> {
  const { proxy, connectTimeout } = target;
  if (!proxy) {
    const client = await logIn(target, connectTimeout);
    return { client, close: () => client.destroy() };
  }
  const way = await throughProxy(proxy, target, connectTimeout);
  try {
    const client = await logIn(target, connectTimeout, way.stream);
    return {
      client,
      close() {
        client.destroy();
        way.release();
      },
    };
  } catch (error) {
    way.release();
    throw error;
  }
}

interface Shared {
  client: Promise<Client>;
  users: number;
}

/** Many hosts behind one proxy share one connection to it: sshd drops those that come all at once (MaxStartups). */
const proxies = new Map<string, Shared>();

/** Opens a stream to an address as the proxy sees it. */
export async function throughProxy(
  proxy: Endpoint,
  to: { address: string; port: number },
  timeout: number,
): Promise<{ stream: Duplex; release(): void }> {
  const key = JSON.stringify(proxy);
  const shared = proxies.get(key) ?? { client: logIn(proxy, timeout), users: 0 };
  proxies.set(key, shared);
  shared.users++;
  const release = () => {
    shared.users--;
    if (shared.users > 0) return;
    if (proxies.get(key) === shared) proxies.delete(key);
    shared.client.then(
      (client) => client.destroy(),
      () => {}, // whoever awaited it was told
    );
  };
  try {
    return { stream: await forward(await shared.client, proxy, to, timeout), release };
  } catch (error) {
    if (proxies.get(key) === shared) proxies.delete(key);
    release();
    const message = `its proxy ${nameOf(proxy)}: ${(error as Error).message}`;
    throw error instanceof UnreachableError ? new UnreachableError(message) : new ReadError(message);
  }
}

function forward(
  client: Client,
  proxy: Endpoint,
  to: { address: string; port: number },
  timeout: number,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const give = (why: string) => reject(new UnreachableError(`${nameOf(to)} does not answer it: ${why}`));
    const timer = setTimeout(() => give("timed out"), timeout * 1000);
    const lost = () => give(`the connection to ${nameOf(proxy)} was lost`);
    client.once("close", lost);
    client.forwardOut("127.0.0.1", 0, to.address, to.port, (error, stream) => {
      clearTimeout(timer);
      client.off("close", lost);
      if (error) give(error.message);
      else resolve(stream);
    });
  });
}

function logIn(endpoint: Endpoint, timeout: number, sock?: Duplex): Promise<Client> {
  const client = new Client();
  // What goes wrong after the login is seen as the end of the connection by whoever uses it.
  client.on("error", () => {});
  return new Promise<Client>((resolve, reject) => {
    client.once("error", (error) => reject(explain(error, endpoint)));
    client.once("close", () => reject(new UnreachableError(`${nameOf(endpoint)} closed the connection`)));
    client.once("ready", () => resolve(client));
    client.on("keyboard-interactive", (_name, _instructions, _lang, prompts, finish) =>
      finish(prompts.map(() => endpoint.password ?? "")),
    );
    connect(client, endpoint, timeout, sock);
  }).catch((error) => {
    client.destroy();
    throw error;
  });
}

function connect(client: Client, endpoint: Endpoint, timeout: number, sock?: Duplex): void {
  const [type, key] = endpoint.hostKey.split(" ");
  const { privateKey, privateKeyPassword, password, agentSocketPath } = endpoint;
  client.connect({
    ...(sock ? { sock } : { host: endpoint.address, port: endpoint.port }),
    username: endpoint.user,
    privateKey,
    passphrase: privateKeyPassword,
    password,
    tryKeyboard: password !== undefined,
    agent: privateKey || password ? undefined : (agentSocketPath ?? process.env.SSH_AUTH_SOCK),
    readyTimeout: timeout * 1000,
    algorithms: { serverHostKey: [type as ServerHostKeyAlgorithm] },
    hostVerifier: (offered: Buffer) => offered.toString("base64") === key,
  });
}

/** `address:port` */
export function nameOf({ address, port }: { address: string; port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function explain(error: Error & { level?: string; code?: string }, endpoint: Endpoint): Error {
  const name = nameOf(endpoint);
  if (error.level === "agent")
    return new ReadError(
      "the SSH agent does not answer; start it, see that SSH_AUTH_SOCK names it, or give a privateKey",
    );
  if (error.level === "client-authentication")
    return new ReadError(
      `${name} does not let ${endpoint.user} log in with what the settings give; check user and key or password`,
    );
  if (error.message.includes("denied") || error.message.includes("no matching host key format"))
    return new ReadError(
      `${name} has another host key than the expected ${endpoint.hostKey}; if the machine was replaced on purpose, ` +
        "give its new key in hostKey or known_hosts",
    );
  if (error.level === "client-timeout" || error.level === "client-socket" || error.code)
    return new UnreachableError(`${name} does not answer: ${error.message}`);
  return new ReadError(`${name}: ${error.message}`);
}
