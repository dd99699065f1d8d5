import { readFile } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
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
 * @param owner whose login it is, as in `its ` or `its proxy's `, for messages.
 * @throws TargetError with what is wrong and what to do.
 */
export async function resolveLogin(settings: LoginSettings, owner = "its "): Promise<Login> {
  const { privateKeyFile, privateKeyPassword, passwordFile, agentSocketPath } = settings;
  if (settings.privateKey !== undefined)
    return checkedKey(settings.privateKey, privateKeyPassword, `${owner}privateKey`);
  if (privateKeyFile !== undefined) {
    const what = `${owner}privateKeyFile ${privateKeyFile}`;
    return checkedKey(await read(privateKeyFile, what), privateKeyPassword, what);
  }
  if (settings.password !== undefined) return { password: settings.password };
  if (passwordFile !== undefined) return { password: await readPassword(passwordFile, `${owner}passwordFile`) };
  if (agentSocketPath !== undefined) return { agentSocketPath: fromHome(agentSocketPath) };
  if (process.env.SSH_AUTH_SOCK) return {};
  throw new TargetError(
    "there is no way to log in: give it a privateKey, a privateKeyFile or a password, or start an SSH agent (SSH_AUTH_SOCK)",
  );
}

/** The first line of a file. */
export async function readPassword(file: string, setting: string): Promise<string> {
  const what = `${setting} ${file}`;
  const [password = ""] = (await read(file, what)).split(/\r?\n/);
  if (password === "") throw new TargetError(`${what} has no password on its first line; write it there`);
  return password;
}

async function read(file: string, what: string): Promise<string> {
  try {
    return await readFile(fromHome(file), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TargetError(
      code === "ENOENT"
        ? `${what} does not exist on this machine; give the path of a file that does`
        : `${what} can't be read (${code ?? message}); give a file that ${currentUser()} may read`,
      { cause: error },
    );
  }
}

/** `~/` is the home directory, as to ssh. */
export function fromHome(file: string): string {
  return file.startsWith("~/") ? join(homedir(), file.slice(2)) : file;
}

/** The name of whoever runs the program; where a container runs it under a number that has none, that number. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

/** A key that both its readers take: ssh2 here, and Go's in the command plugin. */
function checkedKey(privateKey: string, privateKeyPassword: string | undefined, what: string): Login {
  if (privateKey.startsWith("PuTTY-User-Key-File"))
    throw new TargetError(
      `${what} is a PuTTY key; convert it by "puttygen key.ppk -O private-openssh -o key" and give that`,
    );
  if (/^(ssh-|ecdsa-|sk-)\S+ AAAA/.test(privateKey))
    throw new TargetError(`${what} is a public key; give the private one, which is in the file without .pub`);
  const plain = utils.parseKey(privateKey);
  // Go's refuses a passphrase for a key that needs none.
  if (!(plain instanceof Error)) return { privateKey };
  if (!/no passphrase given/i.test(plain.message))
    throw new TargetError(
      `${what} is not a private key that can be used (${plain.message}); give one in OpenSSH or PEM form, as ssh-keygen ` +
        'makes it: "ssh-keygen -p -f KEY" turns others into it',
    );
  if (privateKeyPassword === undefined)
    throw new TargetError(`${what} is encrypted; give its passphrase in privateKeyPassword, or use an SSH agent`);
  if (utils.parseKey(privateKey, privateKeyPassword) instanceof Error)
    throw new TargetError(`${what} can't be decrypted with its privateKeyPassword; give the right passphrase`);
  return { privateKey, privateKeyPassword };
}
