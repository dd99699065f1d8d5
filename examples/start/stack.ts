import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../tools/engine";

const ROOT = join(__dirname, "..", "..");

/** What a run of the engine said, and how it ended. */
export interface Run {
  code: number;
  output: string;
}

/** A Pulumi project: the name in its Pulumi.yaml, and the folder of that file. */
export interface Project {
  name: string;
  folder: string;
  /** Where the state of its stacks goes; projects that share it can refer to each other's. Default: the stack's folder. */
  state?: string;
}

/** A stack of a program, this project's own by default, with its state and its configuration in a folder of its own. */
export class Stack {
  private readonly env: NodeJS.ProcessEnv;
  /** The stack file's first part, as the engine wrote it. */
  private secrets = "";

  constructor(
    private readonly engine: Pick<Engine, "pulumi" | "env">,
    public name: string,
    private readonly folder: string,
    private readonly show: (output: Buffer) => void,
    /** Ends the command that runs, and lets no other start. */
    private readonly interrupted?: AbortSignal,
    private readonly project: Project = { name: "ssh-keepalive", folder: ROOT },
  ) {
    mkdirSync(this.state, { recursive: true });
    this.env = {
      ...process.env,
      ...engine.env,
      PULUMI_BACKEND_URL: `file://${this.state}`,
      PULUMI_CONFIG_PASSPHRASE: name,
      // A host whose command fails must not keep the others from being finished.
      PULUMI_CONTINUE_ON_ERROR: "true",
    };
  }

  private get configFile(): string {
    return join(this.folder, `Pulumi.${this.name}.yaml`);
  }

  /** The folder of the state files. */
  get state(): string {
    return this.project.state ?? join(this.folder, "state");
  }

  /** Makes the stack; the private key goes into its configuration as a secret, as a user would put it there. */
  async create(settings: Record<string, unknown>, privateKey: string): Promise<void> {
    // The engine writes a new stack's file beside the project's: not beside the user's stacks, then, but in our folder.
    writeFileSync(join(this.folder, "Pulumi.yaml"), `name: ${this.project.name}\nruntime: nodejs\n`);
    await this.expect(["stack", "init", this.name, "--no-select"]);
    await this.expect(["config", "set", "--secret", "privateKey"], privateKey);
    this.secrets = readFileSync(this.configFile, "utf8");
    this.configure(settings);
  }

  /** Renames the stack; the engine takes its configuration file along. */
  async rename(name: string): Promise<void> {
    await this.expect(["stack", "rename", name, "--stack", this.name]);
    this.name = name;
  }

  /** Writes the settings anew, in YAML's JSON form. */
  configure(settings: Record<string, unknown>): void {
    const { name } = this.project;
    const set = Object.entries(settings).filter(([, value]) => value !== undefined);
    const lines = set.map(([key, value]) => `  ${name}:${key}: ${JSON.stringify(value)}\n`);
    writeFileSync(this.configFile, this.secrets + lines.join(""));
  }

  /** Starts a command, which the caller ends. */
  start(args: string[]): ChildProcessWithoutNullStreams {
    const isStackCommand = args[0] === "stack";
    const configFile = ["state", "cancel"].includes(args[0] ?? "") ? [] : ["--config-file", this.configFile];
    const scope = isStackCommand ? [] : ["--stack", this.name, ...configFile];
    const command = [...args, ...scope, "--non-interactive", "--color", process.stdout.isTTY ? "always" : "never"];
    return spawn(this.engine.pulumi, command, {
      cwd: isStackCommand ? this.folder : this.project.folder,
      env: this.env,
    });
  }

  async run(args: string[], stdin = ""): Promise<Run> {
    this.interrupted?.throwIfAborted();
    const child = this.start(args);
    const stop = () => child.kill("SIGINT");
    this.interrupted?.addEventListener("abort", stop, { once: true });
    const output: Buffer[] = [];
    const take = (data: Buffer) => {
      output.push(data);
      this.show(data);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.stdin.end(stdin);
    try {
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject).once("close", resolve);
      });
      this.interrupted?.throwIfAborted();
      return { code: code ?? 1, output: Buffer.concat(output).toString("utf8") };
    } finally {
      this.interrupted?.removeEventListener("abort", stop);
    }
  }

  /** Runs a command that has to succeed. */
  async expect(args: string[], stdin?: string): Promise<string> {
    const { code, output } = await this.run(args, stdin);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }
}
