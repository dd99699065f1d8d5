import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { TargetError } from "./errors";

/** One way to log in, with all files read. None of them: the SSH agent of the environment. */
export interface Login {
  privateKey?: string;
  privateKeyPassword?: string;
  password?: string;
  /** Only where the settings name one. The environment's is another in every login, so it must not reach the state. */
  agentSocketPath?: string;
}

/** A login as the settings have it. */
export interface LoginSettings extends Login {
  privateKeyFile?: string;
  passwordFile?: string;
}

/** Whether the settings name a way to log in. */
export function namesLogin({ privateKey, privateKeyFile, password, passwordFile, agentSocketPath }: LoginSettings) {
  return [privateKey, privateKeyFile, password, passwordFile, agentSocketPath].some((way) => way !== undefined);
}

/**
 * Reads the files that a login names and sees that its key is one.
 *
 * @throws TargetError with what is wrong and what to do.
 */
export async function resolveLogin(settings: LoginSettings): Promise<Login> {
  const { privateKeyFile, privateKeyPassword, passwordFile, agentSocketPath } = settings;
  const privateKey = settings.privateKey ?? (privateKeyFile && (await readKey(privateKeyFile)));
  if (privateKey) {
    checkKey(privateKey, privateKeyPassword, privateKeyFile);
    return { privateKey, privateKeyPassword };
  }
  const password = settings.password ?? (passwordFile && (await readPassword(passwordFile, "passwordFile")));
  if (password) return { password };
  if (agentSocketPath) return { agentSocketPath };
  if (process.env.SSH_AUTH_SOCK) return {};
  throw new TargetError(
    "there is no way to log in: give it a privateKey, a privateKeyFile or a password, or start an SSH agent (SSH_AUTH_SOCK)",
  );
}

async function readKey(file: string): Promise<string> {
  return read(file, "privateKeyFile");
}

/** The first line of a file. */
export async function readPassword(file: string, setting: string): Promise<string> {
  const [password = ""] = (await read(file, setting)).split(/\r?\n/);
  if (password === "") throw new TargetError(`its ${setting} ${file} has no password on its first line`);
  return password;
}

async function read(file: string, setting: string): Promise<string> {
  try {
    return await readFile(fromHome(file), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "does not exist" : `can't be read (${code ?? message})`;
    throw new TargetError(`its ${setting} ${file} ${why}`, { cause: error });
  }
}

/** `~/` is the home directory, as to ssh. */
export function fromHome(file: string): string {
  return file.startsWith("~/") ? join(homedir(), file.slice(2)) : file;
}

function checkKey(content: string, passphrase: string | undefined, file: string | undefined): void {
  const what = file === undefined ? "its privateKey" : `its privateKeyFile ${file}`;
  if (content.startsWith("PuTTY-User-Key-File"))
    throw new TargetError(
      `${what} is a PuTTY key; convert it by "puttygen key.ppk -O private-openssh -o key" and give that`,
    );
  if (/^(ssh-|ecdsa-|sk-)\S+ AAAA/.test(content))
    throw new TargetError(`${what} is a public key; give the private one, which is in the file without .pub`);
  const parsed = utils.parseKey(content, passphrase);
  if (!(parsed instanceof Error)) return;
  if (/no passphrase given/i.test(parsed.message))
    throw new TargetError(`${what} is encrypted; give its passphrase in privateKeyPassword, or use an SSH agent`);
  if (passphrase !== undefined && /passphrase|integrity|decrypt/i.test(parsed.message))
    throw new TargetError(`${what} can't be decrypted with privateKeyPassword; give the right passphrase`);
  throw new TargetError(
    `${what} is not a private key (${parsed.message}); give one in OpenSSH or PEM form, as ssh-keygen makes it`,
  );
}
