import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Types that ssh2 and the command plugin can both check; with an RSA key the plugin offers only SHA-1. */
export const USABLE = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

/** A host key that can't be relied on, and what to do about it. */
export class HostKeyError extends Error {}

/** A host's name in a known_hosts file: in lower case, as ssh writes it, since a hashed one can't be compared otherwise. */
export function knownHostsName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** `hostKey` as `type base64`, without options or comment. */
export function parseHostKey(hostKey: string): string {
  const [type = "", blob = ""] = hostKey.trim().split(/\s+/);
  if (!USABLE.includes(type))
    throw new HostKeyError(
      `its hostKey is of type "${type.slice(0, 40)}"; give an ssh-ed25519 or ecdsa key (ssh-keyscan -t ed25519 prints it)`,
    );
  const decoded = Buffer.from(blob, "base64");
  const length = decoded.length >= 4 ? decoded.readUInt32BE(0) : 0;
  if (decoded.toString("latin1", 4, 4 + length) !== type)
    throw new HostKeyError(`its hostKey is not a complete ${type} key; copy the whole line from the host's *.pub file`);
  return `${type} ${decoded.toString("base64")}`;
}

/**
 * Looks a host up in a known_hosts file. OpenSSH's own ssh-keygen reads the file, so hashed names,
 * patterns, `[host]:port` and markers mean what they mean to ssh.
 *
 * @returns undefined for a host that is not in the file, if it may be.
 */
export async function lookUpHostKey(
  address: string,
  port: number,
  knownHosts: string,
  mayBeUnknown = false,
): Promise<string | undefined> {
  const name = knownHostsName(address, port);
  const fix =
    `check its fingerprint on the host's own console, then add it (ssh-keyscan -t ed25519${port === 22 ? "" : ` -p ${port}`} ` +
    `${address} >> ${knownHosts}) or set its hostKey`;
  const entries = (await keygenFind(name, knownHosts)).split("\n").filter((entry) => entry && !entry.startsWith("#"));
  if (entries.length === 0 && mayBeUnknown) return undefined;
  if (entries.length === 0) throw new HostKeyError(`no key of ${name} in ${knownHosts}: ${fix}`);
  if (entries.some((entry) => entry.startsWith("@revoked ")))
    throw new HostKeyError(
      `a key of ${name} is marked @revoked in ${knownHosts}: find out why before you remove that line`,
    );
  const keys = entries
    .filter((entry) => !entry.startsWith("@"))
    .map((entry) => entry.split(/\s+/).slice(1, 3).join(" "));
  const usable = USABLE.flatMap((type) => keys.filter((key) => key.startsWith(`${type} `)));
  if (usable[0]) return parseHostKey(usable[0]);
  const has = keys.length > 0 ? "only an RSA key" : "only @cert-authority entries";
  throw new HostKeyError(`${knownHosts} has ${has} for ${name}, which can't be checked here: ${fix}`);
}

async function keygenFind(name: string, knownHosts: string): Promise<string> {
  try {
    await access(knownHosts);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new HostKeyError(`${knownHosts} can't be read: ${(error as Error).message}; mend that or set hostKey`);
  }
  try {
    return (await run("ssh-keygen", ["-F", name, "-f", knownHosts])).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 1 && !stderr) return "";
    if (code === "ENOENT")
      throw new HostKeyError(
        "ssh-keygen is needed to read known_hosts and is not on PATH; install OpenSSH's client or set hostKey",
      );
    throw new HostKeyError(`ssh-keygen could not read ${knownHosts}: ${String(stderr).trim().slice(0, 200)}`);
  }
}
