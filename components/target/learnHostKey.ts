import { execFile } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import { Client, type ServerHostKeyAlgorithm } from "ssh2";
import { nameOf, notAnswering, type Ssh2Error, throughProxy } from "./dial";
import { UnreachableError } from "./errors";
import { HostKeyError, knownHostsName, USABLE } from "./hostKey";
import type { Endpoint } from "./target";

const run = promisify(execFile);
/** Milliseconds; a `Match exec` of the user's runs as it does for ssh. */
const SSH_TIMEOUT = 10_000;

/**
 * Asks a host that nobody knows yet for its key, and adds that to a known_hosts file as ssh does with
 * `StrictHostKeyChecking accept-new`.
 *
 * @throws UnreachableError if it does not answer, HostKeyError if its key can't be had or written down.
 */
export async function learnHostKey(
  address: string,
  port: number,
  knownHosts: string,
  connectTimeout: number,
  proxy?: Endpoint,
): Promise<string> {
  const way = proxy && (await throughProxy(proxy, { address, port }, connectTimeout));
  try {
    const hostKey = await askForKey({ address, port }, connectTimeout, way?.stream);
    await remember(address, port, hostKey, knownHosts);
    return hostKey;
  } finally {
    way?.release();
  }
}

/** The key exchange proves that the host has the key that it shows; nothing is logged in to. */
async function askForKey(
  endpoint: { address: string; port: number },
  connectTimeout: number,
  sock?: Duplex,
): Promise<string> {
  const client = new Client();
  let offered: string | undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      client.once("handshake", () => offered && resolve(offered));
      client.once("close", () => reject(new UnreachableError(`${nameOf(endpoint)} closed the connection`)));
      client.on("error", (error: Ssh2Error) => reject(notAnswering(error, endpoint) ?? noKey(error, endpoint)));
      client.connect({
        ...(sock ? { sock } : { host: endpoint.address, port: endpoint.port }),
        username: "ssh-keepalive",
        authHandler: () => false,
        readyTimeout: connectTimeout * 1000,
        algorithms: { serverHostKey: USABLE as ServerHostKeyAlgorithm[] },
        hostVerifier: (key: Buffer) => {
          offered = `${key.toString("latin1", 4, 4 + key.readUInt32BE(0))} ${key.toString("base64")}`;
          return true;
        },
      });
    });
  } finally {
    client.destroy();
  }
}

function noKey(error: Error, endpoint: { address: string; port: number }): HostKeyError {
  const name = nameOf(endpoint);
  return new HostKeyError(
    error.message.includes("no matching host key format")
      ? `${name} has no ed25519 or ecdsa host key; make one there: ssh-keygen -A`
      : `${name} does not show a key that can be trusted: ${error.message}; set its hostKey once you know why`,
  );
}

async function remember(address: string, port: number, hostKey: string, knownHosts: string): Promise<void> {
  const name = knownHostsName(address, port);
  const entry = `${(await hashesNames(address)) ? hashed(name) : name} ${hostKey}\n`;
  try {
    await makeFolder(dirname(knownHosts));
    const file = await open(knownHosts, "a+", 0o600);
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      // In one write, so that those of other hosts at the same time don't come in between.
      await file.write(size > 0 && last.toString() !== "\n" ? `\n${entry}` : entry);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new HostKeyError(
      `the key of ${name} can't be added to ${knownHosts}: ${(error as Error).message}; mend that or set its hostKey`,
      { cause: error },
    );
  }
}

/** As ssh does it: one level, so that a mistyped path is not taken for a wish. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Whether the user's ssh writes names down so that nobody can read them: `HashKnownHosts`. */
async function hashesNames(address: string): Promise<boolean> {
  try {
    return /^hashknownhosts yes$/m.test((await run("ssh", ["-G", "--", address], { timeout: SSH_TIMEOUT })).stdout);
  } catch (error) {
    throw new HostKeyError(
      `ssh -G ${address} does not say how known_hosts is to be written: ${(error as Error).message.slice(0, 200)}; mend ` +
        "your ssh_config or set its hostKey",
    );
  }
}

/** As ssh_config(5) has it: HMAC-SHA1 of the name with a random salt as its key. */
function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}
