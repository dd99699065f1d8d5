import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ownCgroup } from "./cgroups";
import { Disk } from "./disk";
import type { Suite } from "./images";
import { notIsolated, runDir } from "./isolation";
import { type Init, requireSystem } from "./layers";
import { addressOf, createLink, cutLink, deleteLink, linkName, restoreLink } from "./link";
import { Machine } from "./machine";
import { untilReady } from "./readiness";

export interface HostOptions {
  /** Its host name, as in `web-1`; default: `host-<number>`. */
  name?: string;
  /** Its Debian release; default: bookworm. */
  suite?: Suite;
  /** The program that runs as PID 1; default: systemd. The others are there on bookworm only. */
  init?: Init;
}

export interface RunOptions {
  /** Who runs the command; default: root. */
  user?: "root" | "deploy";
  input?: string | Buffer;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A real Debian with a running sshd, which its init has started, reachable from the run's processes only. */
export class Host {
  private machine?: Machine;

  private constructor(
    /** Its host name. */
    readonly name: string,
    readonly suite: Suite,
    readonly init: Init,
    /** Its IPv4 address; sshd listens on port 22. */
    readonly address: string,
    /** Its ed25519 host key, as in `ssh-ed25519 AAAA…`. */
    readonly hostKey: string,
    /** An ed25519 key in OpenSSH's format that root and deploy (who may sudo) accept; the same for all hosts of a run. */
    readonly privateKey: string,
    /** Its place in the run; the last part of its addresses. */
    readonly number: number,
    private readonly disk: Disk,
  ) {}

  static async create(options: HostOptions = {}): Promise<Host> {
    const reason = notIsolated();
    if (reason) throw new Error(reason);
    const { suite = "bookworm", init = "systemd" } = options;
    requireSystem(suite, init);
    const number = takeNumber();
    const { name = linkName(number) } = options;
    const disk = new Disk(directoryOf(number), suite, init);
    const [hostKey] = await Promise.all([disk.create(name), createLink(number)]);
    const privateKey = readFileSync(join(runDir, "key"), "utf8");
    const host = new Host(name, suite, init, addressOf(number), hostKey, privateKey, number, disk);
    await disk.mountPristine();
    await host.boot();
    return host;
  }

  /** Runs a shell command in the host, as from a login but without one: no SSH, so also while the network is cut. */
  async run(command: string, { user = "root", input }: RunOptions = {}): Promise<Ran> {
    const { code, stdout, stderr } = await this.inside(["runuser", "--login", user, "--command", command], input);
    return { code, stdout: stdout.toString(), stderr };
  }

  /** Starts a shell command in the host, as `run` does, to be talked with; it ends with the host at the latest. */
  start(command: string, user: "root" | "deploy"): ChildProcessWithoutNullStreams {
    if (!this.machine) throw new Error(`${this.name} is not running`);
    const [file = "", ...args] = this.machine.inside(["runuser", "--login", user, "--command", command]);
    return spawn(file, args);
  }

  async read(path: string): Promise<Buffer> {
    const { code, stdout, stderr } = await this.inside(["cat", "--", path]);
    if (code !== 0) throw new Error(`${this.name}: ${path} cannot be read: ${stderr.trim()}`);
    return stdout;
  }

  /** Writes a file as root; `mode`, as in 0o600, is left alone by default. */
  async write(path: string, data: string | Buffer, mode?: number): Promise<void> {
    const script = `cat >"$1"${mode === undefined ? "" : ' && chmod "$2" "$1"'}`;
    const { code, stderr } = await this.inside(["sh", "-c", script, "sh", path, mode?.toString(8) ?? ""], data);
    if (code !== 0) throw new Error(`${this.name}: ${path} cannot be written: ${stderr.trim()}`);
  }

  /** How many logins its sshd accepted since it was created or reset; for hosts with systemd, which keeps the log. */
  async acceptedLogins(): Promise<number> {
    if (this.init !== "systemd")
      throw new Error(`${this.name}: logins are counted in systemd's journal, and it runs ${this.init}`);
    // By identifier, not by unit: a socket-activated sshd has a unit per connection. OpenSSH 9.8 renamed the process.
    const log = await this.run("journalctl --sync && journalctl --quiet --output=cat -t sshd -t sshd-session");
    if (log.code !== 0) throw new Error(`${this.name}: the journal cannot be read: ${log.stderr.trim()}`);
    return log.stdout.split("\n").filter((line) => line.startsWith("Accepted ")).length;
  }

  /** Drops all packets silently, as a NAT that forgot the connection does. */
  cutNetwork = () => cutLink(this.number);

  restoreNetwork = () => restoreLink(this.number);

  /** Shuts the host down and boots it again, with all that it has written. */
  async reboot(): Promise<void> {
    // The connection to the init may break before it has confirmed, so the outcome is what counts.
    await this.inside(["reboot"]);
    await this.machine?.ended(AbortSignal.timeout(60_000));
    await this.machine?.stop();
    await this.boot();
  }

  /**
   * Pulls the plug in the middle of whatever the host does, and boots it again with all that it has written. What `run`
   * was running ends with -1; the other ends of its connections hear nothing, and a reset once they speak. A cut network
   * is restored, and cables to a Nat are gone.
   */
  async powerCut(): Promise<void> {
    await cutLink(this.number);
    await this.machine?.stop();
    // The kernel that closes the host's connections for it is not cut off, so these have to go with their network.
    await deleteLink(this.number);
    await createLink(this.number);
    await this.boot();
  }

  /** Puts the host back as it was created, with the same keys and address, and boots it. */
  async reset(): Promise<void> {
    await this.stop();
    await this.restoreNetwork();
    await this.disk.mountPristine();
    await this.boot();
  }

  async destroy(): Promise<void> {
    await this.stop();
    await deleteLink(this.number);
    rmSync(directoryOf(this.number), { recursive: true });
  }

  private async boot(): Promise<void> {
    const link = linkName(this.number);
    await this.disk.makeWritable();
    this.machine = Machine.start(this.name, this.init, this.disk.directory, link, join(ownCgroup(), link));
    try {
      await untilReady(this.machine, this);
    } catch (error) {
      await this.machine.stop();
      throw error;
    }
  }

  private async stop(): Promise<void> {
    await this.machine?.stop();
    await this.disk.unmount();
  }

  private inside(argv: readonly string[], input?: string | Buffer) {
    if (!this.machine) throw new Error(`${this.name} is not running`);
    return this.machine.run(argv, { input });
  }
}

/** Makes several hosts at once. */
export const createHosts = (...hosts: HostOptions[]) => Promise.all(hosts.map((options) => Host.create(options)));

const directoryOf = (number: number) => join(runDir, "hosts", `${number}`);

// Making the directory is what takes the number, so that all processes of a run can make hosts.
function takeNumber(): number {
  for (let number = 2; number < 255; number++) {
    try {
      mkdirSync(directoryOf(number));
      return number;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  throw new Error("A run has addresses for 253 hosts at once, and all are taken; destroy some");
}
