import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { aptInstall } from "../../tools/apt";
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
  await step(say, "installing openssh-server by apt, its service left off", async () => {
    if (!existsSync("/run/systemd/system")) return aptInstall(["openssh-server"]);
    // Debian enables and starts a service with its package, and nobody asked for one here.
    const units = ["ssh.service", "ssh.socket"];
    execFileSync("systemctl", ["mask", "--runtime", ...units]);
    try {
      await aptInstall(["openssh-server"]);
    } finally {
      execFileSync("systemctl", ["unmask", "--runtime", ...units]);
      execFileSync("systemctl", ["disable", ...units]);
    }
  });
}
