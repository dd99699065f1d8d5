import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { effectiveValues, type Observation, type PresentFile } from "../../../components/observe";
import type { Role } from "../../../components/settings";

/** Included files: name → content. */
export type Included = Record<string, string>;

const KEEPALIVE = /^(client|server)alive(interval|countmax)$/;

/** Real configs in a folder, and what OpenSSH says of them. */
export class OpenSsh {
  readonly folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-plan-"));
  readonly paths = { server: join(this.folder, "sshd_config"), client: join(this.folder, "ssh_config") };
  private readonly dropIns = { server: join(this.folder, "sshd_config.d"), client: join(this.folder, "ssh_config.d") };

  constructor() {
    // sshd -T wants a host key and, as root, this folder.
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(this.folder, "key")]);
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What an Include line has to say for the included files. */
  pattern(role: Role): string {
    return join(this.dropIns[role], "*.conf");
  }

  /** What would be read of a host that has this config. */
  observe(role: Role, content: string, included: Included): Observation {
    const path = this.write(role, content, included);
    const { status, output } = this.ask(role, path);
    const names = Object.keys(included).sort();
    const files = names.map((name) => present(join(this.dropIns[role], name), included[name] as string));
    return {
      uid: 0,
      shell: "/bin/sh",
      machine: "m",
      boot: "b",
      files: Object.fromEntries([present(path, content), ...files].map((file) => [file.path, file])),
      includes: { [this.pattern(role)]: names.map((name) => join(this.dropIns[role], name)) },
      programs: { sshd: { path: "/usr/sbin/sshd", version: "" }, ssh: { path: "/usr/bin/ssh", version: "" } },
      service: { kind: "pidfile", name: "/run/sshd.pid" },
      effective: { [role]: { code: status, output } },
    };
  }

  /** What is in force for a host (client) or a user (server); without one, for everybody. */
  effective(role: Role, content: string, included: Included, whom?: string): Effective {
    const { status, output } = this.ask(role, this.write(role, content, included), whom);
    if (status !== 0) throw new Error(`OpenSSH rejects this ${role}'s config: ${output}\n${content}`);
    const keepalive = [...effectiveValues(output)].filter(([keyword]) => KEEPALIVE.test(keyword));
    return {
      keepalive: Object.fromEntries(keepalive.map(([keyword, value]) => [keyword, Number(value)])),
      rest: output
        .split("\n")
        .filter((line) => !KEEPALIVE.test(line.split(" ")[0] as string))
        .sort(),
    };
  }

  private write(role: Role, content: string, included: Included): string {
    rmSync(this.dropIns[role], { recursive: true, force: true });
    mkdirSync(this.dropIns[role]);
    for (const [name, text] of Object.entries(included)) writeFileSync(join(this.dropIns[role], name), text, "latin1");
    writeFileSync(this.paths[role], content, "latin1");
    return this.paths[role];
  }

  private ask(role: Role, path: string, whom?: string): { status: number; output: string } {
    const server = ["-T", "-h", join(this.folder, "key"), "-f", path];
    const { status, stdout, stderr } =
      role === "server"
        ? spawnSync("/usr/sbin/sshd", [...server, ...(whom ? ["-C", `user=${whom},host=h,addr=192.0.2.1`] : [])])
        : spawnSync("ssh", ["-G", "-F", path, whom ?? "ssh-keepalive.invalid"]);
    return { status: status ?? -1, output: `${stdout.toString("latin1")}${status === 0 ? "" : stderr}` };
  }
}

export interface Effective {
  keepalive: Record<string, number>;
  /** Every other line, sorted. */
  rest: string[];
}

function present(path: string, content: string): PresentFile {
  return { state: "present", path, realPath: path, mode: "644", owner: "0", group: "0", changed: "1", content };
}
