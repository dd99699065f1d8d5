import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "./machine";

const limitSeconds = 60;

/** Resolves once the machine has booted and its sshd answers; rejects with the end of its console if it does not. */
export async function untilReady(machine: Machine, name: string, address: string): Promise<void> {
  const signal = AbortSignal.timeout(limitSeconds * 1000);
  let last: unknown = "nothing yet";
  while (!signal.aborted && !machine.stopped) {
    try {
      await booted(machine, signal);
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

// All of the boot and not just ssh.service: until it ends, pam_nologin turns away everybody but root.
async function booted(machine: Machine, signal: AbortSignal): Promise<void> {
  const { stdout, stderr } = await machine.run(["systemctl", "is-system-running", "--wait"], { signal });
  const state = stdout.toString().trim();
  if (state !== "running" && state !== "degraded") throw new Error(`systemd is ${state || stderr.trim()}`);
}

async function banner(address: string, signal: AbortSignal): Promise<void> {
  const socket = connect({ host: address, port: 22, signal });
  try {
    const [greeting] = (await once(socket, "data", { signal })) as [Buffer];
    if (!greeting.toString().startsWith("SSH-")) throw new Error(`port 22 answers ${greeting}`);
  } finally {
    socket.destroy();
  }
}
