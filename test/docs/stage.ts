import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Run, Stack } from "../../examples/start/stack";
import { Crowd } from "../e2e/crowd";
import { CLIENT, SERVER } from "../e2e/fleet";
import { createHosts, type Host } from "../hosts";
import { runDir } from "../hosts/isolation";

export const COMPONENT = "ssh-keepalive:index:SshKeepalive";
export const STACK = "pulumi:pulumi:Stack";

/** Makes outputs of the pages, by the names of their blocks. */
export type Scenario = (stage: Stage) => Promise<Record<string, string>>;

/** Debian 12 machines as in the pages' examples, and a stack of the project's own program. */
export class Stage {
  private constructor(
    private readonly folder: string,
    readonly hosts: Host[],
    private readonly stack: Stack,
  ) {}

  static async create(names = ["web-1", "web-2", "web-3"]): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-docs-"));
    const pulumi = process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi";
    const stack = new Stack({ pulumi, env: {} }, "prod", folder, () => {});
    const stage = new Stage(folder, await createHosts(...names.map((name) => ({ name }))), stack);
    await stack.create({}, stage.host(0).privateKey);
    stage.configure();
    return stage;
  }

  /** Plays scenarios one after the other on machines of these names. */
  static async play(names: string[], scenarios: Scenario[]): Promise<Record<string, string>> {
    const stage = await Stage.create(names);
    try {
      const produced: Record<string, string> = {};
      for (const scenario of scenarios) Object.assign(produced, await scenario(stage));
      return produced;
    } finally {
      await stage.remove();
    }
  }

  host(index: number): Host {
    return this.hosts[index] as Host;
  }

  /** As a page's stack configuration has a host. */
  entry({ name, address, hostKey }: Host): object {
    return { name, address, hostKey, user: "deploy", become: { method: "sudo" } };
  }

  /** Many more machines that the same key opens. */
  crowd(): Crowd {
    return new Crowd(join(this.folder, "crowd"), readFileSync(join(runDir, "key.pub"), "utf8"));
  }

  configure(over: Record<string, unknown> = {}): void {
    this.use({ server: SERVER, client: CLIENT, ...over });
  }

  /** These settings and no others, on all hosts unless they say on which. */
  use(settings: Record<string, unknown>): void {
    const hosts = this.hosts.map((host) => this.entry(host));
    this.stack.configure({ hosts, connectTimeout: 5, ...settings });
  }

  /** Writes a file of the user's; returns its path. */
  write(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Runs a command that has to end with this exit code. */
  async run(command: string, code = 0): Promise<string> {
    const ran: Run = await this.stack.run(command.split(" "));
    if (ran.code !== code) throw new Error(`pulumi ${command} ended with ${ran.code}, not ${code}:\n${ran.output}`);
    return this.stable(ran.output);
  }

  async remove(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.destroy()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Which addresses a run has depends on what else has hosts meanwhile, and its folder is another every time: documents
   * have RFC 5737's and a user's.
   */
  private stable(output: string): string {
    return this.hosts.reduce(
      (text, { address }, i) =>
        text.replace(new RegExp(`${address.replaceAll(".", "\\.")}(?!\\d)`, "g"), `192.0.2.1${i}`),
      output.replaceAll(this.folder, "/home/me/ssh-keepalive"),
    );
  }
}

/** What the engine tells of one resource, without the indentation; blanks at line ends are not kept. */
export function diagnosticsOf(resource: string, output: string): string {
  const lines = output.split("\n").map((line) => line.trimEnd());
  const start = lines.findIndex((line) => line.startsWith(`  ${resource} (`));
  if (start < 0) throw new Error(`there is nothing of ${resource} in:\n${output}`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line !== "" && !line.startsWith("    "));
  const text = rest.slice(0, end).join("\n").replace(/^ {4}/gm, "").trimEnd();
  if (/^\s+at .*:\d+:\d+\)?$/m.test(text)) throw new Error(`a page is not to show a crash:\n${text}`);
  return `${text}\n`;
}

/** What the engine counts at the end. */
export function resourcesOf(output: string): string {
  const [section] = /^Resources:\n( {4}.*\n)+/m.exec(output) ?? [];
  if (section === undefined) throw new Error(`no resources are counted in:\n${output}`);
  return section;
}
