import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Server as SshServer, utils } from "ssh2";
import type { Endpoint, RemoteTarget } from "../../../components/target/target";
import { type Machine, startMachine } from "../../../examples/start/machine";

/** Real sshds of this machine, in a folder of their own, with one key that opens them all. */
export class Sshds {
  readonly folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-target-"));
  readonly privateKey: string;
  private readonly publicKey: string;
  private readonly machines: Machine[] = [];
  private readonly servers: (Server | SshServer)[] = [];

  constructor() {
    ({ privateKey: this.privateKey, publicKey: this.publicKey } = this.newKey("login"));
    writeFileSync(join(this.folder, "ssh_config"), "");
  }

  newKey(name: string, type = "ed25519"): { privateKey: string; publicKey: string } {
    const file = join(this.folder, name);
    execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "", "-f", file]);
    return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8").trim() };
  }

  async start(name: string): Promise<Machine> {
    const machine = await startMachine(name, this.folder, this.publicKey, { sshd: "/usr/sbin/sshd", ssh: "ssh" });
    this.machines.push(machine);
    return machine;
  }

  /** A port that takes connections and says nothing. */
  async startSilent(): Promise<number> {
    return this.listen(createServer());
  }

  /** A server of this process that lets everybody in. */
  async startLenient(privateKey: string, forwarding?: "tcpip"): Promise<number> {
    return this.listen(
      new SshServer({ hostKeys: [privateKey] }, (client) => {
        client.on("authentication", (context) => context.accept());
        client.on("error", () => {}); // the other end hangs up as it likes
        // A connection to be forwarded is neither made nor refused, as where packets vanish.
        if (forwarding) client.on(forwarding, () => {});
      }),
    );
  }

  async listen(server: Server | SshServer): Promise<number> {
    this.servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return (server.address() as { port: number }).port;
  }

  endpoint({ port, hostKey }: Pick<Machine, "port" | "hostKey">): Endpoint {
    return { address: "127.0.0.1", port, user: userInfo().username, hostKey, privateKey: this.privateKey };
  }

  target(machine: Pick<Machine, "port" | "hostKey">, over: Partial<RemoteTarget> = {}): RemoteTarget {
    return { kind: "remote", name: "web-1", connectTimeout: 5, ...this.endpoint(machine), ...over };
  }

  /** How many logins a machine's sshd accepted. */
  logins({ name }: Machine): number {
    return readFileSync(join(this.folder, name, "sshd.log"), "utf8").split("Accepted publickey ").length - 1;
  }

  /** Puts a `ssh` first on PATH that reads this config instead of the user's; returns what undoes that. */
  withSshConfig(config: string): () => void {
    const bin = join(this.folder, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(this.folder, "ssh_config"), config);
    const path = process.env.PATH;
    const ssh = execFileSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
    writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec ${ssh} -F ${join(this.folder, "ssh_config")} "$@"\n`, {
      mode: 0o755,
    });
    process.env.PATH = `${bin}:${path}`;
    return () => {
      process.env.PATH = path;
    };
  }

  async stop(): Promise<void> {
    for (const server of this.servers) server.close();
    await Promise.all(this.machines.map((machine) => machine.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A host key for a server made in this process. */
export function parsedKey(privateKey: string) {
  const key = utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return key;
}
