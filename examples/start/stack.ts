import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../tools/engine";
import type { Machine } from "./machine";

const ROOT = join(__dirname, "..", "..");

/** A stack of this project's program, with its state and its configuration in a folder of its own. */
export class Stack {
  private readonly configFile: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor(
    private readonly engine: Engine,
    private readonly name: string,
    box: string,
  ) {
    this.configFile = join(box, `Pulumi.${name}.yaml`);
    mkdirSync(join(box, "state"));
    this.env = {
      ...process.env,
      ...engine.env,
      PULUMI_BACKEND_URL: `file://${join(box, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "start",
      PULUMI_CONTINUE_ON_ERROR: "true",
    };
  }

  /** Writes the stack file, as a user would, and puts the private key into it as a secret. */
  async create(machines: Machine[], privateKey: string): Promise<void> {
    await this.run(["stack", "init", this.name, "--no-select"]);
    writeFileSync(this.configFile, stackFile(machines), { flag: "a" });
    await this.run(["config", "set", "--secret", "privateKey"], privateKey);
  }

  /** Runs a command of the engine, showing what it says. @throws Error if it fails. */
  async run(args: string[], stdin = ""): Promise<string> {
    const stack = ["--stack", this.name, "--config-file", this.configFile];
    const scoped = args[0] === "stack" ? [] : stack;
    const color = process.stdout.isTTY ? "always" : "never";
    const command = [...args, ...scoped, "--non-interactive", "--color", color];
    const child = spawn(this.engine.pulumi, command, { cwd: ROOT, env: this.env, stdio: ["pipe", "pipe", "inherit"] });
    const output: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => {
      output.push(data);
      process.stdout.write(data);
    });
    child.stdin.end(stdin);
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}`);
    return Buffer.concat(output).toString("utf8");
  }
}

function stackFile(machines: Machine[]): string {
  const hosts = machines.map(
    ({ name, port, hostKey, sshdConfig, sshConfig, journal }) => `    - name: ${name}
      address: 127.0.0.1
      port: ${port}
      user: ${userInfo().username}
      hostKey: ${hostKey}
      paths: { sshdConfig: ${sshdConfig}, sshConfig: ${sshConfig}, journal: ${journal} }
`,
  );
  return `config:
  ssh-keepalive:server: { clientAliveInterval: 300, clientAliveCountMax: 2 }
  ssh-keepalive:client: { serverAliveInterval: 300, serverAliveCountMax: 2 }
  ssh-keepalive:hosts:
${hosts.join("")}`;
}
