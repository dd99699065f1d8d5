import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { promisify } from "node:util";
import { freePort } from "../../../examples/start/machine";

const run = promisify(execFile);

export const temporaryFolder = () => mkdtemp(join(tmpdir(), "command-plugin-"));

/** Makes a key pair in the folder and gives both halves as text. */
export async function makeKey(folder: string, name: string, { type = "ed25519", passphrase = "" } = {}) {
  const file = join(folder, name);
  await run("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-f", file]);
  return { file, privateKey: await readFile(file, "utf8"), publicKey: await readFile(`${file}.pub`, "utf8") };
}

/** A real sshd on loopback that lets the current user in with `key`. */
export class Sshd {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #log: Interface;
  readonly port: number;
  readonly hostKey: string;
  readonly key: Awaited<ReturnType<typeof makeKey>>;
  readonly user = userInfo().username;

  private constructor(folder: string, port: number, hostKey: string, key: Sshd["key"]) {
    this.#folder = folder;
    this.port = port;
    this.hostKey = hostKey;
    this.key = key;
    const sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(folder, "sshd_config")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = sshd;
    this.#log = createInterface(sshd.stderr).on("line", (line) => this.#lines.push(line));
  }

  static async start(config: string[] = []): Promise<Sshd> {
    // sshd separates its privileges in this folder, and refuses to start as root without it
    if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true });
    const folder = await temporaryFolder();
    const host = await makeKey(folder, "host");
    const key = await makeKey(folder, "user");
    const port = await freePort();
    await writeFile(join(folder, "authorized_keys"), key.publicKey);
    const lines = [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${host.file}`,
      `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
      "PidFile none",
      "UsePAM no",
      "StrictModes no",
      "PermitRootLogin yes",
      "PasswordAuthentication no",
      `SetEnv HOME=${folder}`,
      "LogLevel VERBOSE",
      ...config,
    ];
    await writeFile(join(folder, "sshd_config"), `${lines.join("\n")}\n`);
    const sshd = new Sshd(folder, port, host.publicKey, key);
    try {
      await sshd.logs("Server listening on ");
    } catch (error) {
      await sshd.stop();
      throw error;
    }
    return sshd;
  }

  get connection() {
    return { host: "127.0.0.1", port: this.port, user: this.user, privateKey: this.key.privateKey, dialErrorLimit: 0 };
  }

  /** How many clients have connected so far. */
  get clients(): number {
    return this.#count("Connection from ");
  }

  /** How many commands have been started so far. */
  get commands(): number {
    return this.#count("Starting session: command ");
  }

  async authorize(publicKey: string): Promise<void> {
    await writeFile(join(this.#folder, "authorized_keys"), publicKey, { flag: "a" });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.kill()) await once(this.#process, "close");
    await rm(this.#folder, { recursive: true, force: true });
  }

  #count(start: string): number {
    return this.#lines.filter((line) => line.startsWith(start)).length;
  }

  /** Waits until sshd has logged a line that starts so. */
  async logs(start: string): Promise<void> {
    const isIt = (line: string) => line.startsWith(start);
    if (this.#lines.some(isIt)) return;
    await new Promise<void>((resolve, reject) => {
      this.#log.on("line", (line) => isIt(line) && resolve());
      this.#log.once("close", () => reject(new Error(`sshd ended: ${this.#lines.join("\n")}`)));
    });
  }
}
