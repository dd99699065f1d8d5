import { etcBut, etcOf, type Fleet, untilSettled } from "../e2e/fleet";
import { Session } from "../e2e/session";
import type { Host } from "../hosts";
import { Controller } from "./controller";
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
  { what: "between the rename and the reload", call: "^timeout .* systemctl reload " },
  { what: "between the reload and the confirmation", call: "^mv .*/armed .*/confirmed" },
];

/** Of one that undoes. */
export const UNDOING: Point[] = [
  { what: "before the journal", call: "^mv .*/journal\\.[0-9]+ " },
  { what: "between the journal and the removal", call: "^rm .*/00-ssh-keepalive\\.conf" },
  { what: "between the removal and the reload", call: "^timeout .* systemctl reload " },
];

/** Starts a run that waits on each of some hosts at a point of its own, and waits until it does. */
export async function pausedRun(
  fleet: Fleet,
  command: "up" | "destroy",
  hosts: Host[],
  points: Point[],
): Promise<Controller> {
  await Promise.all(hosts.map((host, i) => setTripwire(host, (points[i] as Point).call, Fault.Paused)));
  const controller = Controller.start(fleet, command);
  try {
    await Promise.all(hosts.map(untilPaused));
    return controller;
  } catch (error) {
    await controller.kill();
    throw error;
  }
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

  /** Once the host is left alone: whether it is one or the other, but for some files, and lets one in. */
  async requireOneOf(host: Host, what: string, ignored?: string): Promise<void> {
    await untilSettled(host);
    const is = await (ignored ? etcBut(host, ignored) : etcOf(host));
    if (is !== this.original.get(host) && is !== this.done.get(host)) {
      const { stdout } = await host.run("ls -la /etc/ssh /etc/ssh/sshd_config.d; cat /var/lib/ssh-keepalive/journal");
      throw new Error(`${host.name}, ${what}: /etc is neither as it was nor as wanted:\n${stdout}`);
    }
    const session = await Session.open(host, "deploy");
    session.close();
  }
}
