import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type Say, step } from "../../tools/say";

export interface OpenSsh {
  sshd: string;
  ssh: string;
}

/** Finds OpenSSH's server and client; as root on Debian it installs what is missing. */
export async function findOpenSsh(say: Say): Promise<OpenSsh> {
  if (!find("sshd") || !find("ssh")) await install(say);
  const [sshd, ssh] = [find("sshd"), find("ssh")];
  if (sshd && ssh) return { sshd, ssh };
  throw new Error(
    "OpenSSH's sshd and ssh are needed: install them (openssh-server, openssh-client) and run this again",
  );
}

function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"].filter((f) =>
    f.startsWith("/"),
  );
  return folders
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function install(say: Say): Promise<void> {
  if (userInfo().uid !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new Error(
      "OpenSSH's sshd and ssh are needed for this, and one of them is not on this machine: install OpenSSH " +
        "(its server need not run) and run this again",
    );
  await step(say, "installing openssh-server by apt (its service is left off)", async () => {
    // Debian starts and enables a service with its package; nobody asked for one here.
    const units = ["ssh.service", "ssh.socket"];
    const systemd = existsSync("/run/systemd/system");
    if (systemd) execFileSync("systemctl", ["mask", "--runtime", ...units], { stdio: "ignore" });
    try {
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
      if (spawnSync("apt-get", ["install", "-qq", "-y", "openssh-server"], { env, stdio: "ignore" }).status !== 0) {
        execFileSync("apt-get", ["update", "-qq"], { env, stdio: ["ignore", 2, 2] });
        execFileSync("apt-get", ["install", "-qq", "-y", "openssh-server"], { env, stdio: ["ignore", 2, 2] });
      }
    } finally {
      if (systemd) {
        execFileSync("systemctl", ["unmask", "--runtime", ...units], { stdio: "ignore" });
        execFileSync("systemctl", ["disable", ...units], { stdio: "ignore" });
      }
    }
  });
}
