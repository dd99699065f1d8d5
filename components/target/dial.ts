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
  /** From now on whoever comes dials anew. */
  forget(): void;
}

/** Many hosts behind one proxy share one connection to it: sshd drops those that come all at once (MaxStartups). */
const proxies = new Map<string, Shared>();

function connectionTo(proxy: Endpoint, timeout: number): Shared {
  const key = JSON.stringify(proxy);
  const known = proxies.get(key);
  if (known) return known;
  const shared: Shared = {
    client: logIn(proxy, timeout),
    users: 0,
    forget: () => {
      if (proxies.get(key) === shared) proxies.delete(key);
    },
  };
  proxies.set(key, shared);
  shared.client.then((client) => client.once("close", shared.forget), shared.forget);
  return shared;
}

/** Opens a stream to an address as the proxy sees it. */
export async function throughProxy(
  proxy: Endpoint,
  to: { address: string; port: number },
  timeout: number,
): Promise<{ stream: Duplex; release(): void }> {
  const shared = connectionTo(proxy, timeout);
  shared.users++;
  const release = () => {
    shared.users--;
    if (shared.users > 0) return;
    shared.forget();
    shared.client.then(
      (client) => client.destroy(),
      () => {}, // whoever awaited it was told
    );
  };
  try {
    return { stream: await forward(await shared.client, proxy, to, timeout), release };
  } catch (error) {
    release();
    const message = `its proxy ${(error as Error).message}`;
    throw error instanceof UnreachableError ? new UnreachableError(message) : new ReadError(message);
  }
}

/** ADMINISTRATIVELY_PROHIBITED of RFC 4254, section 5.1 */
const PROHIBITED = 1;

function forward(
  client: Client,
  proxy: Endpoint,
  to: { address: string; port: number },
  timeout: number,
): Promise<Duplex> {
  const [name, wanted] = [nameOf(proxy), nameOf(to)];
  return new Promise((resolve, reject) => {
    const noAnswer = (why: string) => reject(new UnreachableError(`${name} gets no answer from ${wanted}: ${why}`));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      noAnswer("timed out");
    }, timeout * 1000);
    const opened = (error: (Error & { reason?: unknown }) | undefined, stream: Duplex) => {
      clearTimeout(timer);
      if (!error) {
        if (late) stream.destroy();
        else resolve(stream);
      } else if (error.reason === PROHIBITED)
        reject(
          new ReadError(
            `${name} does not let ${proxy.user} through to ${wanted}; allow that by AllowTcpForwarding in its sshd_config ` +
              "and, where they are set, PermitOpen there and permitopen in authorized_keys",
          ),
        );
      else noAnswer(error.message);
    };
    try {
      client.forwardOut("127.0.0.1", 0, to.address, to.port, opened);
    } catch (error) {
      opened(error as Error, undefined as never);
    }
  });
}

export function logIn(endpoint: Endpoint, timeout: number, sock?: Duplex): Promise<Client> {
  const client = new Client();
  // What goes wrong after the login is seen as the end of the connection by whoever uses it.
  client.on("error", () => {});
  return new Promise<Client>((resolve, reject) => {
    client.once("error", (error) => reject(explain(error, endpoint)));
    client.once("close", () =>
      reject(
        new UnreachableError(`${nameOf(endpoint)} closed the connection during the login; its sshd's log may say why`),
      ),
    );
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

/** An error of ssh2's as one of a host that does not answer; undefined where the host did say something. */
export function notAnswering(error: Ssh2Error, endpoint: { address: string; port: number }): Error | undefined {
  const name = nameOf(endpoint);
  if (/^Connection lost before handshake/.test(error.message))
    return new UnreachableError(
      `${name} closed the connection before anything was said; where many come at once, lower parallel or raise its ` +
        "MaxStartups",
    );
  if (error.level === "client-timeout" || error.level === "client-socket")
    return new UnreachableError(`${name} does not answer: ${error.message}`);
  return undefined;
}

/** `code` is a number where the server says why it ends the connection. */
export type Ssh2Error = Error & { level?: string; code?: string | number };

function explain(error: Ssh2Error, endpoint: Endpoint): Error {
  const name = nameOf(endpoint);
  const silent = notAnswering(error, endpoint);
  if (silent) return silent;
  if (error.level === "agent")
    return new ReadError(
      `${name} can't be logged in to, as the SSH agent does not answer; start it, see that SSH_AUTH_SOCK names it, or ` +
        "give a privateKey",
    );
  if (error.level === "client-authentication")
    return new ReadError(
      `${name} does not let ${endpoint.user} log in with what the settings give; check user and key or password`,
    );
  const byAgent = !endpoint.privateKey && !endpoint.password;
  if (byAgent && /Too many authentication failures/.test(error.message))
    return new ReadError(
      `${name} does not let ${endpoint.user} log in with any of the first keys that the SSH agent has; give the right ` +
        "one in privateKey or privateKeyFile",
    );
  if (error.message.includes("denied") || error.message.includes("no matching host key format"))
    return new ReadError(
      `${name} has another host key than the expected ${endpoint.hostKey}; if the machine was replaced on purpose, ` +
        "give its new key in hostKey or known_hosts",
    );
  return new ReadError(`${name} can't be talked to: ${error.message}; its sshd's log may say more`);
}
