import { etcOf, type Fleet, untilSettled } from "../e2e/fleet";
import { Session } from "../e2e/session";
import type { Host } from "../hosts";
import { clearTripwire, Fault, setTripwire, untilPaused } from "./tripwire";

/** Where in a run something happens, and the call that it waits before. */
export interface Point {
  what: string;
  call: string;
}

export const READING = "^timeout .*sshd -T";

/** Of a run that applies, in their order. */
export const APPLYING: Point[] = [
  { what: "before the journal", call: "^mv .*/journal\\.[0-9]+ " },
  { what: "between the journal and the rename", call: "^mv .*00-ssh-keepalive\\.conf" },
  { what: "between the rename and the reload", call: "^systemctl reload " },
  { what: "between the reload and the confirmation", call: "^mv .*/armed .*/confirmed" },
];

/** Of one that undoes. */
export const UNDOING: Point[] = [
  { what: "before the journal", call: "^mv .*/journal\\.[0-9]+ " },
  { what: "between the journal and the removal", call: "^rm .*/00-ssh-keepalive\\.conf" },
  { what: "between the removal and the reload", call: "^systemctl reload " },
];

/** Makes a run wait on each host at a point of its own. */
export async function pauseAt(hosts: Host[], points: Point[]): Promise<void> {
  await Promise.all(points.map(({ call }, i) => setTripwire(hosts[i] as Host, call, Fault.Paused)));
}

export async function untilAllPaused(hosts: Host[]): Promise<void> {
  await Promise.all(hosts.map(untilPaused));
}

export async function goOn(hosts: Host[]): Promise<void> {
  await Promise.all(hosts.map(clearTripwire));
}

/** What the hosts are before anything was done there, and once they are configured. */
export class Outcomes {
  private constructor(
    private readonly original: Map<Host, string>,
    private readonly done: Map<Host, string>,
  ) {}

  /** Configures the fleet and gives it back, to see both. */
  static async of(fleet: Fleet): Promise<Outcomes> {
    const look = async () => new Map(await Promise.all(fleet.hosts.map(async (h) => [h, await etcOf(h)] as const)));
    const original = await look();
    await fleet.up();
    const done = await look();
    await fleet.destroy();
    return new Outcomes(original, done);
  }

  async isOriginal(host: Host): Promise<boolean> {
    return (await etcOf(host)) === this.original.get(host);
  }

  /** Once the host is left alone: whether it is one or the other, and lets one in. */
  async requireOneOf(host: Host, what: string): Promise<void> {
    await untilSettled(host);
    const is = await etcOf(host);
    if (is !== this.original.get(host) && is !== this.done.get(host)) {
      const { stdout } = await host.run("ls -la /etc/ssh /etc/ssh/sshd_config.d; cat /var/lib/ssh-keepalive/journal");
      throw new Error(`${host.name}, ${what}: /etc is neither as it was nor as wanted:\n${stdout}`);
    }
    const session = await Session.open(host, "deploy");
    session.close();
  }
}
