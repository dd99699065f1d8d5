import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, chownSync, mkdirSync, readdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Disk } from "../../../hosts/disk";
import { exec } from "../../../hosts/exec";
import { requireImage, type Suite } from "../../../hosts/images";
import { runDir } from "../../../hosts/isolation";
import { HOME } from "./scopes";

const PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/** Path → bytes as latin1 text. */
export type Files = Record<string, string>;

export interface Answer {
  code: number;
  /** What it printed, errors included. */
  output: string;
}

/** Who may be asked about a client: alice has a config of her own, bob has none. */
export const USERS = { root: 0, alice: 2001, bob: 2002 } as const;
export type User = keyof typeof USERS;

/** Folders whose files belong to a question. */
const FOLDERS = ["/etc/ssh", `${HOME}/.ssh`];
const HOST_KEY = "ssh_host_ed25519_key";

/**
 * A real release's OpenSSH: a copy-on-write image, and a shell in it for each user that answers one question after the
 * other. A question costs a fork and an exec, so that thousands are cheap.
 */
export class Oracle {
  private constructor(
    readonly suite: Suite,
    private readonly root: string,
    private readonly disk: Disk,
    private readonly shells: Record<User, Shell>,
  ) {}

  /** Needs an isolated run, whose end takes the mount and the shells with it. */
  static async start(suite: Suite): Promise<Oracle> {
    requireImage(suite);
    const directory = join(runDir, `oracle-${suite}`);
    mkdirSync(directory);
    const disk = new Disk(directory, suite);
    await disk.create(suite);
    await disk.mountPristine();
    const { root } = disk;
    mkdirSync(join(root, "run/sshd"), { recursive: true, mode: 0o755 });
    execFileSync("mount", ["--bind", "/proc", join(root, "proc")]);
    for (const user of ["alice", "bob"] as const) {
      const id = USERS[user];
      appendFileSync(join(root, "etc/passwd"), `${user}:x:${id}:${id}::/home/${user}:/bin/sh\n`);
      appendFileSync(join(root, "etc/group"), `${user}:x:${id}:\n`);
      mkdirSync(join(root, "home", user));
      chownSync(join(root, "home", user), id, id);
    }
    // sshd loads every key that it finds before it answers.
    for (const type of ["rsa", "ecdsa"]) rmSync(join(root, `etc/ssh/ssh_host_${type}_key`));
    const shells = Object.fromEntries(Object.entries(USERS).map(([user, id]) => [user, new Shell(root, id)]));
    return new Oracle(suite, root, disk, shells as Record<User, Shell>);
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.shells).map((shell) => shell.stop()));
    // What just ended in there may still be on its way out.
    execFileSync("umount", ["--recursive", "--lazy", this.root]);
    rmSync(this.disk.directory, { recursive: true });
  }

  /** Makes these the only configs of the system and of alice. Folders without files are named with a final slash. */
  write(files: Files): void {
    for (const folder of FOLDERS) this.clear(folder);
    for (const [path, content] of Object.entries(files)) {
      const owner = path.startsWith(`${HOME}/`) ? USERS.alice : USERS.root;
      const file = this.makeFolders(path, owner);
      if (path.endsWith("/")) continue;
      writeFileSync(file, content, "latin1");
      chownSync(file, owner, owner);
    }
  }

  /** Asks one user's shell. */
  ask(user: User, commands: string[][]): Promise<Answer[]> {
    return Promise.all(commands.map((command) => this.shells[user].ask(command)));
  }

  /** Runs a script as root, with its text on stdin. */
  run(script: string): Promise<Buffer> {
    return exec(["chroot", this.root, "/usr/bin/env", "-i", PATH, "/bin/sh", "-s"], { input: script });
  }

  private makeFolders(path: string, owner: number): string {
    const file = join(this.root, path);
    const made = mkdirSync(path.endsWith("/") ? file : dirname(file), { recursive: true, mode: 0o755 });
    if (made !== undefined && owner !== USERS.root) execFileSync("chown", ["-R", `${owner}:${owner}`, made]);
    return file;
  }

  private clear(folder: string): void {
    const path = join(this.root, folder);
    if (folder !== "/etc/ssh") {
      rmSync(path, { recursive: true, force: true });
      return;
    }
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.name.startsWith(HOST_KEY)) continue;
      if (entry.isDirectory()) rmSync(join(path, entry.name), { recursive: true });
      else unlinkSync(join(path, entry.name));
    }
  }
}

/** A shell that runs what it is given, in order. */
class Shell {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly mark = randomBytes(12).toString("hex");
  private readonly waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  private pending = "";

  constructor(root: string, id: number) {
    const shell = ["/usr/bin/env", "-i", PATH, "LC_ALL=C", "/bin/sh"];
    this.process = spawn("chroot", [`--userspec=${id}:${id}`, "--groups=", root, ...shell]);
    this.process.stdout.setEncoding("latin1").on("data", (text: string) => this.take(text));
    this.process.on("exit", (code) => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(`the oracle's shell ended with ${code}`));
    });
  }

  ask(command: string[]): Promise<Answer> {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    this.process.stdin.write(`${quoted} </dev/null 2>&1; printf '%s %s\\n' ${this.mark} $?\n`, "latin1");
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stdin.end();
    await ended;
  }

  private take(text: string): void {
    this.pending += text;
    for (;;) {
      const at = this.pending.indexOf(this.mark);
      const end = this.pending.indexOf("\n", at);
      if (at < 0 || end < 0) return;
      const code = Number(this.pending.slice(at + this.mark.length, end));
      this.waiting.shift()?.resolve({ code, output: this.pending.slice(0, at) });
      this.pending = this.pending.slice(end + 1);
    }
  }
}
