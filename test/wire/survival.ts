// No test: what `npm run docs:survival` measures, on real hosts.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { SURVIVAL_DATA, type Survival } from "../../tools/docs/survivalSvg";
import { Fleet } from "../e2e/fleet";
import { describeHosts, Host, Nat } from "../hosts";
import { Session } from "./session";

const FORGETS = 6;
const OBSERVED = 30;
const INTERVALS = [0, 2, 4, 5, 7, 9, 12];

interface Watched {
  interval: number;
  openSsh: string;
  address: string;
  session: Session;
  diedAfter?: number;
}

describeHosts("sessions through a NAT", function () {
  this.timeout(180_000);
  let fleet: Fleet;
  let web: Host;
  let nat: Nat;

  before(async () => {
    [fleet, web] = await Promise.all([Fleet.create(INTERVALS.length), Host.create({ name: "web" })]);
    nat = await Nat.create(FORGETS);
  });
  after(async () => {
    await web?.destroy();
    await fleet?.remove();
    await nat?.remove();
  });

  it("live for as long as this", async () => {
    const client = (interval: number) => (interval === 0 ? {} : { client: { serverAliveInterval: interval } });
    const over = fleet.hosts.map(({ name }, i) => [name, client(INTERVALS[i] as number)]);
    fleet.stack.configure({ hosts: fleet.settings({}, Object.fromEntries(over)).hosts });
    await fleet.up();
    const server = { host: web, address: await nat.addServer(web) };
    const watched = await Promise.all(
      INTERVALS.map(async (interval, i): Promise<Watched> => {
        const host = fleet.host(i);
        const address = await nat.addClient(host);
        const { stderr } = await host.run("ssh -V");
        const [openSsh = ""] = /^OpenSSH_[^ ,]+/.exec(stderr) ?? [];
        return { interval, openSsh, address, session: await Session.ssh(host, server) };
      }),
    );
    await watch(watched);
    for (const { session, interval, diedAfter } of watched) {
      assert.equal(await session.ask(), diedAfter === undefined ? session.sshd : undefined, `interval ${interval}`);
      session.close();
    }
    const sessions = watched.map(({ interval, openSsh, diedAfter }) => ({ interval, openSsh, diedAfter }));
    const measured: Survival = { natForgetsAfter: FORGETS, observedFor: OBSERVED, sessions };
    writeFileSync(SURVIVAL_DATA, `${JSON.stringify(measured, undefined, 2)}\n`);
  });

  /** Looks from the router, as a question to a session would keep it alive. */
  async function watch(watched: Watched[]): Promise<void> {
    const end = Math.max(...watched.map(({ session }) => session.usedAt)) + OBSERVED * 1000;
    while (Date.now() < end) {
      const remembered = await nat.remembered();
      for (const one of watched)
        if (!remembered.has(one.address)) one.diedAfter ??= Math.round((Date.now() - one.session.usedAt) / 100) / 10;
      await sleep(50);
    }
  }
});
