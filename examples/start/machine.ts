import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { OpenSsh } from "./openssh";

/** A throwaway machine's worth of OpenSSH: a real sshd on a loopback port with config files of its own. */
export interface Machine {
  name: string;
  port: number;
  hostKey: string;
  sshdConfig: string;
  sshConfig: string;
  journal: string;
  /** `sshd -T` and `ssh -G`: the keepalive values in force. */
  effective(): string[];
  stop(): Promise<void>;
}

/** Starts a machine in a folder. Whoever holds the private key of `authorizedKey` can log in as the current user. */
export async function startMachine(
  name: string,
  box: string,
  authorizedKey: string,
  openSsh: OpenSsh,
): Promise<Machine> {
  const at = (file: string) => join(box, name, file);
  mkdirSync(at("sshd_config.d"), { recursive: true, mode: 0o700 });
  const port = await freePort();
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at("host_key")]);
  writeFileSync(at("authorized_keys"), authorizedKey);
  writeFileSync(at("sshd_config"), sshdConfig(port, at));
  writeFileSync(at("ssh_config"), SSH_CONFIG);
  const sshd = await startSshd(openSsh.sshd, at("sshd_config"), at("sshd.log"));
  return {
    name,
    port,
    hostKey: readFileSync(at("host_key.pub"), "utf8").split(" ").slice(0, 2).join(" "),
    sshdConfig: at("sshd_config"),
    sshConfig: at("ssh_config"),
    journal: at("journal"),
    effective: () =>
      [
        execFileSync(openSsh.sshd, ["-T", "-f", at("sshd_config")], { encoding: "utf8" }),
        execFileSync(openSsh.ssh, ["-G", "-T", "-F", at("ssh_config"), "any.example"], { encoding: "utf8" }),
      ].flatMap((output) =>
        output.split("\n").filter((line) => /^(client|server)alive(interval|countmax) /.test(line)),
      ),
    stop: () => stop(sshd),
  };
}

function sshdConfig(port: number, at: (file: string) => string): string {
  return `# A throwaway machine's sshd.
Include ${at("sshd_config.d")}/*.conf

Port ${port}
ListenAddress 127.0.0.1
HostKey ${at("host_key")}
PidFile ${at("sshd.pid")}
AuthorizedKeysFile ${at("authorized_keys")}
StrictModes no
UsePAM no
# Whoever runs this has start-up files of a shell, which are not this machine's.
SetEnv HOME=${at("")}
PermitRootLogin prohibit-password
AllowUsers ${userInfo().username}
PasswordAuthentication no
KbdInteractiveAuthentication no
ClientAliveInterval 0

Match User backup
    ClientAliveInterval 30
`;
}

const SSH_CONFIG = `# A throwaway machine's ssh.
Host legacy.example
    ServerAliveInterval 15

Host *
    HashKnownHosts yes
`;

/** The child is the server itself, so it can be stopped by its own process id. */
async function startSshd(program: string, config: string, log: string): Promise<ChildProcess> {
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const sshd = spawn(program, ["-D", "-f", config, "-E", log], { stdio: "ignore" });
  const pidFile = readFileSync(config, "utf8").match(/^PidFile (.*)$/m)?.[1] as string;
  for (let tries = 0; tries < 100; tries++) {
    if (sshd.exitCode !== null) break;
    try {
      // sshd writes its pid file once it listens.
      if (readFileSync(pidFile, "utf8").trim() === String(sshd.pid)) return sshd;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop(sshd);
  throw new Error(`sshd did not start with ${config}; its log says:\n${readFileSync(log, "utf8")}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill();
  await exit;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
