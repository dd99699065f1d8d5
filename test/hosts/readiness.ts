import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "./host";
import type { Init } from "./layers";
import type { Machine } from "./machine";

const limitSeconds = 60;

/** Resolves once the machine has booted and its sshd answers; rejects with the end of its console if it does not. */
export async function untilReady(machine: Machine, { name, init, address }: Host): Promise<void> {
  const signal = AbortSignal.timeout(limitSeconds * 1000);
  let last: unknown = "nothing yet";
  while (!signal.aborted && !machine.stopped) {
    try {
      await booted[init](machine, signal);
      await banner(address, signal);
      return;
    } catch (error) {
      // Early in the boot all kinds of things fail; only what the last attempt met is worth telling.
      if (!signal.aborted) last = error;
      await sleep(50);
    }
  }
  const what = machine.stopped ? "stopped while booting" : `was not ready within ${limitSeconds} s`;
  throw new Error(`Host ${name} ${what}; end of its console:\n${machine.consoleTail()}`, { cause: last });
}

type Check = (machine: Machine, signal: AbortSignal) => Promise<void>;

const systemdBooted: Check = async (machine, signal) => {
  const { stdout, stderr } = await machine.run(["systemctl", "is-system-running", "--wait"], { signal });
  const state = stdout.toString().trim();
  if (state !== "running" && state !== "degraded") throw new Error(`systemd is ${state || stderr.trim()}`);
};

const succeeds =
  (command: string): Check =>
  async (machine, signal) => {
    const { code, stdout, stderr } = await machine.run(["sh", "-c", command], { signal });
    if (code !== 0) throw new Error(`${command}: ${code}: ${stdout}${stderr}`);
  };

// The runlevel is known as soon as its scripts begin, the last of which lets others than root log in.
const runlevelReached = succeeds("runlevel | grep -x 'N 2' && ! pgrep --parent 1 --full '/init.d/rc|/openrc'");

/** All of the boot and not just sshd: until it ends, all but root may be turned away. */
const booted: Record<Init, Check> = {
  systemd: systemdBooted,
  sysvinit: runlevelReached,
  openrc: runlevelReached,
  // It takes the place of the script that has run all those of the runlevel.
  runit: succeeds("pgrep --parent 1 --exact runsvdir"),
};

async function banner(address: string, signal: AbortSignal): Promise<void> {
  const socket = connect({ host: address, port: 22 });
  try {
    const [greeting] = (await once(socket, "data", { signal })) as [Buffer];
    if (!greeting.toString().startsWith("SSH-")) throw new Error(`port 22 answers ${greeting}`);
  } finally {
    socket.destroy();
  }
}
