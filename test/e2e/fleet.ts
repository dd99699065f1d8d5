import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../../examples/start/stack";
import { createHosts, type Host, type HostOptions, wantedSuites } from "../hosts";

export const SERVER = { clientAliveInterval: 300, clientAliveCountMax: 2 };
export const CLIENT = { serverAliveInterval: 300, serverAliveCountMax: 2 };

/** Real hosts and a stack of the project's own program that manages them. */
export class Fleet {
  private constructor(
    /** Where its stack keeps its files; goes with the fleet. */
    readonly folder: string,
    readonly hosts: Host[],
    readonly stack: Stack,
  ) {}

  static async create(count: number, suites = wantedSuites()): Promise<Fleet> {
    const options = Array.from({ length: count }, (_, i) => ({
      name: `web-${i + 1}`,
      suite: suites[i % suites.length],
    }));
    return Fleet.of(options);
  }

  static async of(options: HostOptions[]): Promise<Fleet> {
    const folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-e2e-"));
    const stack = stackIn(folder);
    const hosts = await createHosts(...options);
    const fleet = new Fleet(folder, hosts, stack);
    await stack.create(fleet.settings(), (hosts[0] as Host).privateKey);
    return fleet;
  }

  /** The default settings: the first host is reached as root, the others as a user with sudo. */
  settings(over: Record<string, unknown> = {}, hostOver: Record<string, object> = {}): Record<string, unknown> {
    const hosts = this.hosts.map(({ name, address, hostKey }, i) => ({
      name,
      address,
      hostKey,
      ...(i === 0 ? { user: "root" } : { user: "deploy", become: { method: "sudo" } }),
      ...hostOver[name],
    }));
    return { hosts, server: SERVER, client: CLIENT, connectTimeout: 5, ...over };
  }

  host(index: number): Host {
    return this.hosts[index] as Host;
  }

  preview(...options: string[]): Promise<string> {
    return this.stack.expect(["preview", ...options]);
  }

  up(...options: string[]): Promise<string> {
    return this.stack.expect(["up", "--yes", "--skip-preview", ...options]);
  }

  destroy(): Promise<string> {
    return this.stack.expect(["destroy", "--yes", "--skip-preview"]);
  }

  /** A stack of the same name that has a state of its own: of a colleague, say, or after the first one's was lost. */
  async anotherStack(over: Record<string, unknown> = {}): Promise<Stack> {
    const stack = stackIn(mkdtempSync(join(this.folder, "another-")));
    await stack.create(this.settings(over), this.host(0).privateKey);
    return stack;
  }

  async remove(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.destroy()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function stackIn(folder: string): Stack {
  const pulumi = process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi";
  return new Stack({ pulumi, env: {} }, "e2e", folder, () => {});
}

/** One hash over every file, link, mode and owner below /etc; but for what runit writes there of what it runs. */
export function etcOf(host: Host): Promise<string> {
  return etcBut(host, "supervise");
}

/** The same, but for files of a name. */
export async function etcBut(host: Host, ignored: string): Promise<string> {
  const find = `find /etc -name '${ignored}' -prune -o`;
  const list = `${find} -printf '%p %y %m %U %G %l\\n' | sort; ${find} -type f -print0 | sort -z | xargs -0 sha256sum`;
  return (await host.run(`( ${list} ) | sha256sum`)).stdout;
}

/** Waits until nobody is at work on the host any more, and nobody waits for a confirmation. What is left may be a dead one's. */
export async function untilSettled(host: Host): Promise<void> {
  const signs = "{ readlink journal.lock; cat journal.transaction/watching journal.transaction/armed; } 2>/dev/null";
  const look = `cd /var/lib/ssh-keepalive 2>/dev/null || exit 0; for i in $(${signs} | cut -d , -f 1); do [ ! -e "/proc/$i" ] || exit 1; done`;
  const { code } = await host.run(`for n in $(seq 300); do (${look}) && exit 0; sleep 0.2; done; exit 1`);
  if (code !== 0) throw new Error(`${host.name} is not settled after a minute`);
}

/** The keepalive values in force, as OpenSSH on the host reports them. */
export async function effectiveOn(host: Host): Promise<Record<string, number>> {
  const { stdout } = await host.run("sshd -T; ssh -G any.example");
  const found = [...stdout.matchAll(/^((?:client|server)alive(?:interval|countmax)) (\d+)$/gm)];
  return Object.fromEntries(found.map(([, keyword, value]) => [keyword, Number(value)]));
}

export const WANTED = {
  clientaliveinterval: 300,
  clientalivecountmax: 2,
  serveraliveinterval: 300,
  serveralivecountmax: 2,
};

/** Where our lines for sshd go of themselves, on hosts whose main file includes that folder. */
export const DROP_IN = "/etc/ssh/sshd_config.d/00-ssh-keepalive.conf";
