import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A machine's sshd_config, unless it is given another. */
export const SSHD_CONFIG = `AuthorizedKeysFile /etc/ssh/authorized_keys
HostKey /etc/ssh/host_key
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
`;
const SSH_CONFIG = "Host *\n    HashKnownHosts yes\n";
/** Each machine has an /etc/ssh and a /run of its own at the usual paths, so that many can be exactly alike. */
const START = `mount --bind "$1" /etc/ssh && mount -t tmpfs -o mode=755 crowd /run && mkdir -m 755 /run/sshd &&
exec /usr/sbin/sshd -D -E /etc/ssh/sshd.log -o "ListenAddress=$2" -o SetEnv=HOME=/etc/ssh`;

/** Many machines for the price of one sshd each, on addresses of loopback. Exists in an isolated run only. */
export class Crowd {
  private readonly machines: ChildProcess[] = [];

  constructor(
    private readonly folder: string,
    private readonly authorizedKey: string,
  ) {}

  /** Starts a machine; resolves to what the settings have to say of it. */
  async start(name: string, address: string, sshdConfig = SSHD_CONFIG): Promise<Record<string, unknown>> {
    const at = (file: string) => join(this.folder, name, file);
    mkdirSync(at("."), { recursive: true });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at("host_key")]);
    writeFileSync(at("authorized_keys"), this.authorizedKey);
    writeFileSync(at("sshd_config"), sshdConfig);
    writeFileSync(at("ssh_config"), SSH_CONFIG);
    // The child becomes the server itself, so it is stopped by its own process id.
    const sshd = spawn("unshare", ["--mount", "sh", "-c", START, "sh", at("."), address], { stdio: "ignore" });
    this.machines.push(sshd);
    while (!(await answers(address))) {
      if (sshd.exitCode !== null) throw new Error(`sshd did not start: ${readFileSync(at("sshd.log"), "utf8")}`);
      await sleep(20);
    }
    const hostKey = readFileSync(at("host_key.pub"), "utf8").split(" ").slice(0, 2).join(" ");
    return { name, address, user: "root", hostKey, paths: { journal: "/etc/ssh/journal" } };
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.machines.map(async (sshd) => {
        if (sshd.exitCode !== null || sshd.signalCode !== null) return;
        const exit = once(sshd, "exit");
        sshd.kill();
        await exit;
      }),
    );
  }
}

async function answers(address: string): Promise<boolean> {
  const socket = connect(22, address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
