import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ApplyResult,
  commands,
  type PlanDocument,
  planDocument,
  readJournal,
  readResult,
} from "../../components/apply";
import type { Observation } from "../../components/observe";
import { decode } from "../../components/observe/decode";
import { script } from "../../components/observe/observe";
import { type Plan, plan } from "../../components/plan";
import type { Desired } from "../../components/settings";
import { type Machine, startMachine } from "../../examples/start/machine";
import { desire, type Roles } from "./desired";
import { publicFolder } from "./publicFolder";
import { Users } from "./users";

const SENDER = { owner: "project/stack", resource: "fleet-local", takeOver: false };

/** A real sshd of this machine and the real scripts, run here by a shell instead of over SSH. */
export class LocalHost {
  /** Whether what runs the scripts outlives them, as the command plugin does within one run of the engine. */
  sameRun = false;

  private constructor(
    private readonly box: string,
    private readonly machine: Machine,
    private shell: string[],
  ) {}

  static async start(shell: string[] = ["sh"]): Promise<LocalHost> {
    const box = publicFolder("test");
    mkdirSync(join(box, "tmp"));
    const machine = await startMachine("local", box, "", { sshd: "/usr/sbin/sshd", ssh: "ssh" });
    // As /etc/ssh: whoever is on the machine can read the client's config.
    for (const folder of [box, join(box, "local")]) chmodSync(folder, 0o755);
    return new LocalHost(box, machine, shell);
  }

  /** A host with users of its own: their files are in homes below a folder of the test's. */
  static async withUsers(
    names: string[],
    shell: string[] = ["sh"],
    over?: Record<string, string>,
  ): Promise<{ host: LocalHost; users: Users }> {
    const host = await LocalHost.start(shell);
    const users = new Users(host.box);
    for (const name of names) users.add(name);
    host.shell = users.shell(shell, over);
    return { host, users };
  }

  get sshdConfig(): string {
    return this.machine.sshdConfig;
  }

  get sshConfig(): string {
    return this.machine.sshConfig;
  }

  /** Where our lines for sshd go of themselves. */
  get dropIn(): string {
    return this.file("sshd_config.d/00-ssh-keepalive.conf");
  }

  get port(): number {
    return this.machine.port;
  }

  get journal(): string {
    return this.machine.journal;
  }

  file(name: string): string {
    return join(this.box, "local", name);
  }

  read(path: string): string {
    return readFileSync(path, "latin1");
  }

  /** The bytes of all config files; of one that is not there undefined. */
  contents(): (string | undefined)[] {
    const files = [this.sshdConfig, this.dropIn, this.sshConfig];
    return files.map((path) => (existsSync(path) ? this.read(path) : undefined));
  }

  write(path: string, content: string): void {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content, "latin1");
  }

  edit(path: string, change: (content: string) => string): void {
    this.write(path, change(this.read(path)));
  }

  async observe(desired?: Desired): Promise<Observation> {
    const { sshdConfig, sshConfig, journal } = this;
    const stdin = await script({ paths: { sshdConfig, sshConfig, journal } }, desired);
    return decode(execFileSync(this.shell[0] as string, [...this.shell.slice(1), "-s"], { input: stdin }));
  }

  /** What the program would send, and whether the host did just that already. */
  async plan(roles: Roles, sender = SENDER, over: Partial<Desired> = {}): Promise<PlanDocument & { plan: Plan }> {
    const desired = desire(roles, over);
    const observation = await this.observe(desired);
    const journal = readJournal(observation, this.journal);
    const planned = plan(desired, observation, journal?.former ?? []);
    return { plan: planned, ...planDocument(planned, observation, journal, this.journal, sender, desired.activating) };
  }

  /** Applies as the program does: where a login has to confirm it, that is done. */
  async apply(document: string): Promise<ApplyResult> {
    const result = await this.send("create", document);
    if (result.status !== "unconfirmed") return result;
    const { status, cause } = await this.send("confirm", document);
    return status === "failed" ? { status, cause, effective: {} } : { ...result, status };
  }

  async send(operation: "create" | "confirm", document: string): Promise<ApplyResult> {
    const { code, stdout, stderr } = this.run((await commands(undefined))[operation], document);
    if (code !== 0) throw new Error(`the ${operation} script ended with ${code}: ${stderr}`);
    return readResult(stdout.trimEnd());
  }

  /** Plans and applies. */
  async converge(roles: Roles, over: Partial<Desired> = {}): Promise<ApplyResult> {
    return this.apply((await this.plan(roles, SENDER, over)).text);
  }

  async undo(document: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return this.run((await commands(undefined)).delete, document);
  }

  /** As the command plugin does it: the text goes to a login shell. */
  private run(command: string, stdin: string) {
    const [program, args, env] = this.invocation(command);
    const { status, stdout, stderr } = spawnSync(program, args, { input: stdin, encoding: "utf8", env });
    return { code: status, stdout, stderr };
  }

  /** Starts to carry out a plan and kills the script once a file is there that a wrapped program makes. */
  async killOnce(operation: "create" | "delete", document: string, sign: string): Promise<void> {
    const [program, args, env] = this.invocation((await commands(undefined))[operation]);
    const child = spawn(program, args, { env, stdio: ["pipe", "ignore", "ignore"] });
    child.stdin.end(document);
    await until(() => existsSync(sign));
    process.kill(Number(this.read(`${this.journal}.transaction/run`)), "SIGKILL");
    await once(child, "close");
  }

  private invocation(command: string): [program: string, args: string[], env: NodeJS.ProcessEnv] {
    const own = command.replace("/bin/sh -c", `${this.shell.join(" ")} -c`);
    // setsid stays and waits, so it is what keeps the scripts' connection, and it ends with them.
    const keeper = this.sameRun ? [] : ["setsid", "--fork", "--wait"];
    const [program = "", ...args] = [...keeper, "bash", "-c", own];
    return [program, args, { ...process.env, TMPDIR: join(this.box, "tmp") }];
  }

  /** What the scripts left behind in the temporary directory and beside the files that they edit. */
  leftovers(): string[] {
    const all = readdirSync(this.box, { encoding: "utf8", recursive: true });
    // What could not be put back is kept on purpose.
    return all.filter(
      (name) =>
        !/journal\.saved\./.test(name) && /^tmp\/|ssh-keepalive-\d|\.new$|journal\.(lock|transaction)/.test(name),
    );
  }

  effective(): string[] {
    return this.machine.effective();
  }

  /** `sshd -T -C`: the interval in force for a user who logs in. */
  effectiveFor(user: string): string[] {
    const args = ["-T", "-f", this.sshdConfig, "-C", `user=${user},host=a.example,addr=192.0.2.1`];
    return execFileSync("/usr/sbin/sshd", args, { encoding: "utf8" }).match(/^clientaliveinterval .*$/gm) ?? [];
  }

  /** Ends its sshd, as if that had crashed. */
  async stopSshd(): Promise<void> {
    await this.machine.stop();
  }

  async stop(): Promise<void> {
    await this.stopSshd();
    rmSync(this.box, { recursive: true, force: true });
  }
}

/** Waits for what another process does, for at most half a minute. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 600) throw new Error("it did not happen within 30 s");
    await sleep(50);
  }
}
