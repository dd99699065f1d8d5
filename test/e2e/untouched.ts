import assert from "node:assert/strict";
import type { Host } from "../hosts";

// Directories too, as a candidate beside a file leaves its mark on them; the change times show what came and went.
const CONFIGURATION = "find /etc/ssh -printf '%p %i %m %s %T@ %C@\\n' | sort";
const SSHD = "systemctl show -p MainPID ssh; journalctl --sync; journalctl -u ssh -o cat | grep -c 'Received SIGHUP'";
const JOURNAL = "find /var/lib/ssh-keepalive -printf '%p %i %s %T@ %C@\\n' | sort";

const told = async (host: Host, command: string) => (await host.run(command)).stdout;

/** Runs something during which no configuration file of the hosts may be written, were it for a moment, and no sshd reloaded. */
export async function leavesConfigured<T>(hosts: Host[], during: () => Promise<T>): Promise<T> {
  return unchanged(hosts, `${CONFIGURATION}; ${SSHD}`, during);
}

/** The same, for what must not even write our journal. */
export async function leavesUntouched<T>(hosts: Host[], during: () => Promise<T>): Promise<T> {
  return unchanged(hosts, `${CONFIGURATION}; ${SSHD}; ${JOURNAL}`, during);
}

async function unchanged<T>(hosts: Host[], look: string, during: () => Promise<T>): Promise<T> {
  const all = () => Promise.all(hosts.map(async (host) => (await told(host, look)).split("\n")));
  const before = await all();
  const result = await during();
  const after = await all();
  for (const [i, { name }] of hosts.entries()) {
    const differs = after[i]?.filter((line) => !before[i]?.includes(line));
    assert.deepEqual(differs, [], `${name} was written to or reloaded`);
    assert.equal(after[i]?.length, before[i]?.length, `a file of ${name}'s is gone`);
  }
  return result;
}

/** How often the host's sshd was told to take up a new file. */
export async function reloadsOf(host: Host): Promise<number> {
  return Number((await told(host, SSHD)).split("\n").at(-2));
}

/** Accepted logins per host while something runs. */
export async function loginsDuring(hosts: Host[], during: () => Promise<unknown>): Promise<number[]> {
  const count = () => Promise.all(hosts.map((host) => host.acceptedLogins()));
  const before = await count();
  await during();
  return (await count()).map((logins, i) => logins - (before[i] as number));
}
