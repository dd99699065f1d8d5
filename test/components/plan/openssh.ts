import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { effectiveValues, type Observation } from "../../../components/observe";
import { decode } from "../../../components/observe/decode";
import { script } from "../../../components/observe/observe";
import type { Desired, OpenSshRole } from "../../../components/settings";

/** Path → bytes as latin1 text, of /etc/ssh. */
export type Files = Record<string, string>;

const KEEPALIVE = /^(client|server)alive(interval|countmax)$/;

/** What OpenSSH says for somebody. */
export interface InForce {
  keepalive: Record<string, number>;
  /** Every other line, sorted. */
  rest: string[];
}

/** Real configs in a folder that stands for /etc/ssh, and what this machine's OpenSSH says of them. */
export class OpenSsh {
  private readonly top = mkdtempSync(join(tmpdir(), "ssh-keepalive-plan-"));
  private readonly folder = join(this.top, "etc");
  private readonly sshd = join(this.top, "sshd");

  constructor() {
    // sshd -T wants a host key and, as root, this folder.
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(this.top, "key")]);
    writeFileSync(this.sshd, `#!/bin/sh\nexec /usr/sbin/sshd -h ${join(this.top, "key")} "$@"\n`, { mode: 0o755 });
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  }

  remove(): void {
    rmSync(this.top, { recursive: true, force: true });
  }

  /** Makes these the only files. Folders without files are named with a final slash. */
  write(files: Files): void {
    rmSync(this.folder, { recursive: true, force: true });
    for (const [path, content] of Object.entries(files)) {
      const file = this.inPlace(path);
      mkdirSync(path.endsWith("/") ? file : dirname(file), { recursive: true });
      if (!path.endsWith("/")) writeFileSync(file, this.inPlace(content), "latin1");
    }
  }

  /** Reads the files as a real run does. No sshd runs there, so that one is made up. */
  async observe(desired: Desired): Promise<Observation> {
    const paths = { sshdConfig: this.inPlace("/etc/ssh/sshd_config"), sshConfig: this.inPlace("/etc/ssh/ssh_config") };
    const programs = { sshd: this.sshd, journal: join(this.top, "journal") };
    const input = await script({ paths: { ...paths, ...programs } }, desired);
    const observation = decode(spawnSync("sh", ["-s"], { input }).stdout);
    return { ...observation, service: { kind: "pidfile", name: "/run/sshd.pid" } };
  }

  /** What is in force for a host (client) or a login (server); without one, for everybody. */
  ask(role: OpenSshRole, whom?: string): InForce {
    const [program = "", ...words] =
      role === "server"
        ? [this.sshd, "-T", "-f", this.inPlace("/etc/ssh/sshd_config"), ...(whom === undefined ? [] : ["-C", whom])]
        : ["ssh", "-G", "-F", this.inPlace("/etc/ssh/ssh_config"), "--", whom ?? "ssh-keepalive.invalid"];
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: "latin1" });
    if (status !== 0) throw new Error(`OpenSSH rejects this ${role}'s config: ${stderr}`);
    const keepalive = [...effectiveValues(stdout)].filter(([keyword]) => KEEPALIVE.test(keyword));
    return {
      keepalive: Object.fromEntries(keepalive.map(([keyword, value]) => [keyword, Number(value)])),
      rest: stdout
        .split("\n")
        .filter((line) => !KEEPALIVE.test(line.split(" ")[0] as string))
        .sort(),
    };
  }

  inPlace(text: string): string {
    return text.replaceAll("/etc/ssh/", `${this.folder}/`);
  }

  natural(text: string): string {
    return text.replaceAll(`${this.folder}/`, "/etc/ssh/");
  }
}
