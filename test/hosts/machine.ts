import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { endCgroup } from "./cgroups";
import { type Finished, tryExec } from "./exec";
import { inCgroup } from "./isolation";
import type { Init } from "./layers";

/** A running system: systemd-nspawn, and in it an init as PID 1. */
export class Machine {
  private constructor(
    private readonly nspawn: ChildProcess,
    private readonly cgroup: string,
    private readonly consoleLog: string,
  ) {}

  /** Switches it on; `link` names both its network namespace and its cgroup's directory. */
  static start(name: string, init: Init, directory: string, link: string, cgroup: string): Machine {
    const consoleLog = join(directory, "console");
    const output = openSync(consoleLog, "w");
    const argv = [
      ...["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", `--machine=${name}`],
      // A test host is Debian as installed, with nothing of the machine below showing through, or the other way round.
      ...["--link-journal=no", "--resolv-conf=off", "--timezone=off"],
      ...["--directory", join(directory, "root"), `--network-namespace-path=/run/netns/${link}`],
      // To nspawn, booting is what systemd does; the others are a command.
      init === "systemd" ? "--boot" : "/sbin/init",
    ];
    // Without a cgroup of its own each, all the hosts' systemds would manage the same tree and stop each other's services.
    const [file = "", ...args] = inCgroup(cgroup, argv);
    const nspawn = spawn(file, args, { stdio: ["ignore", output, output] });
    closeSync(output);
    // A host that a test forgot ends with the run; it must not keep the run from ending.
    nspawn.unref();
    return new Machine(nspawn, cgroup, consoleLog);
  }

  get stopped(): boolean {
    return this.nspawn.exitCode !== null || this.nspawn.signalCode !== null;
  }

  /** Pulls the plug. */
  async stop(): Promise<void> {
    // All of them: the machine outlives an nspawn that is killed.
    await endCgroup(this.cgroup);
    await this.ended();
  }

  /** Resolves once it is off, e.g. because it was told to reboot: with --keep-unit, nspawn leaves the second half to us. */
  async ended(signal?: AbortSignal): Promise<void> {
    if (this.stopped) return;
    this.nspawn.ref();
    await once(this.nspawn, "exit", { signal });
  }

  /** The last lines that the machine wrote to its console. */
  consoleTail = () => readFileSync(this.consoleLog, "utf8").trimEnd().split("\n").slice(-20).join("\n");

  /** Runs a command in the machine, as root. Needs no network and leaves no trace in its sshd. */
  async run(
    argv: readonly string[],
    options: { input?: string | Buffer; signal?: AbortSignal } = {},
  ): Promise<Finished> {
    return tryExec(this.inside(argv), options);
  }

  /** argv for a command in the machine. */
  inside(argv: readonly string[]): string[] {
    const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
    return ["nsenter", "--target", `${this.pid1()}`, ...namespaces, "--", ...argv];
  }

  private pid1(): number {
    if (this.stopped) throw new Error(`The machine is off; end of its console:\n${this.consoleTail()}`);
    const { pid } = this.nspawn;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    const isInit = (child: string) => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${child}/status`, "utf8"));
    const init = children.find(isInit);
    if (!init) throw new Error("The machine has not started its init yet");
    return Number(init);
  }
}
