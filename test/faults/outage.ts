import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../hosts";

/**
 * Knocks at a host's sshd all the time and notes for how long at most nobody greeted. From OpenSSH 9.8 on sshd shuts out who
 * knocks so often and never logs in.
 */
export class Outage {
  longest = 0;
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(private readonly host: Host) {
    this.done = this.watch();
  }

  async stop(): Promise<number> {
    this.stopped = true;
    await this.done;
    return this.longest;
  }

  private async watch(): Promise<void> {
    let since: number | undefined;
    while (!this.stopped) {
      const now = performance.now();
      if (await this.greets()) since = undefined;
      else since ??= now;
      if (since !== undefined) this.longest = Math.max(this.longest, (performance.now() - since) / 1000);
      await sleep(500);
    }
  }

  private async greets(): Promise<boolean> {
    const socket = connect({ host: this.host.address, port: 22 });
    try {
      const [data] = await once(socket, "data", { signal: AbortSignal.timeout(3000) });
      return String(data).startsWith("SSH-");
    } catch (error) {
      if (error instanceof Error) return false;
      throw error;
    } finally {
      socket.destroy();
    }
  }
}
