import assert from "node:assert/strict";
import { describeHosts, type Host, letAllThrough, letThrough } from "../hosts";
import { etcOf, type Fleet, untilSettled } from "./fleet";
import { timesAsked } from "./newLogin";
import { Session } from "./session";
import { fleetOfWays, foundOn, leftoversOf, listenerOf, WAYS, type Way } from "./ways";

/** So short that it is seen within seconds whether an sshd goes by it. */
const SERVER = { clientAliveInterval: 1, clientAliveCountMax: 60 };

describeHosts("sshd, however it is run", function () {
  this.timeout(180_000);
  let fleet: Fleet;

  before(async () => {
    fleet = await fleetOfWays();
  });
  after(() => fleet?.remove());

  const waysOf = (...names: string[]) => WAYS.filter(({ name }) => names.includes(name));
  const hostsOf = (ways: Way[]) => fleet.hosts.filter((host) => ways.some(({ name }) => name === host.name));

  /** The settings for some of the hosts, as their ways need them. */
  function configure(ways: Way[], over: Record<string, unknown>): void {
    const { hosts } = fleet.settings(
      {},
      all(ways, ({ settings }) => settings ?? {}),
    ) as { hosts: { name: string }[] };
    const some = hosts.filter(({ name }) => ways.some((way) => way.name === name));
    fleet.stack.configure(fleet.settings({ hosts: some, server: SERVER, client: undefined, ...over }));
  }

  const all = <T>(ways: Way[], value: (way: Way) => T) => Object.fromEntries(ways.map((way) => [way.name, value(way)]));
  /** Which of the hosts ask; those that are not to do so get less time for it. */
  const areAsking = (hosts: Host[], expected: Record<string, boolean>) =>
    foundOn(hosts, async (host) => (await timesAsked(host, expected[host.name] ? 12 : 4)) > 0);
  const up = () => fleet.stack.run(["up", "--yes", "--skip-preview"]);

  for (const { activation, byHand } of [
    { activation: "reload", byHand: undefined },
    { activation: "restart", byHand: /by-hand: failed: its sshd is no service .* not known how it is started anew/ },
  ])
    describe(`told by ${activation}`, () => {
      const ways = WAYS.filter(({ name }) => name !== "by-hand" || !byHand);
      const recap = (counts: string) => new RegExp(`recap: ${counts} .* failed=${byHand ? 1 : 0}`);
      let hosts: Host[];
      let pristine: Record<string, string>;
      let sessions: Record<string, Session>;
      let listeners: Record<string, string>;

      before(async () => {
        hosts = hostsOf(ways);
        pristine = await foundOn(fleet.hosts, etcOf);
        sessions = await foundOn(hosts, (host) => Session.open(host, "root"));
        listeners = await foundOn(hosts, listenerOf);
        configure(WAYS, { activation });
      });
      after(() => {
        for (const session of Object.values(sessions ?? {})) session.close();
      });

      /** Whether sshd kept its process or has a new one, as it has to be. */
      async function assertTold(): Promise<void> {
        const now = await foundOn(hosts, listenerOf);
        const seen = all(ways, ({ name }) => (!now[name] ? "none" : now[name] === listeners[name] ? "same" : "new"));
        const wanted = activation === "reload" ? "same" : "new";
        assert.deepEqual(
          seen,
          all(ways, ({ listener }) => listener ?? wanted),
        );
        listeners = now;
      }

      async function assertOpen(text: string): Promise<void> {
        const answer = ({ name }: Host) =>
          (sessions[name] as Session).echo(text).catch((error: Error) => error.message);
        assert.deepEqual(
          await foundOn(hosts, answer),
          all(ways, () => text),
        );
      }

      it(`preview would change every host${byHand ? ", and refuses a bare process" : ""}`, async () => {
        const output = await fleet.preview();
        assert.match(output, recap(`ok=0 changed=${ways.length}`));
        if (byHand) assert.match(output, byHand);
      });

      it("up brings the values in force for whoever logs in next, and ends no session", async () => {
        const { code, output } = await up();
        assert.match(output, recap(`ok=0 changed=${ways.length}`), output);
        assert.equal(code === 0, !byHand);
        const service = "sed -n 's/^service //p' /var/lib/ssh-keepalive/journal";
        assert.deepEqual(
          await foundOn(hosts, async (host) => (await host.run(service)).stdout.trim()),
          all(ways, ({ recognised }) => recognised),
        );
        await assertTold();
        const everywhere = all(ways, () => true);
        assert.deepEqual(await areAsking(hosts, everywhere), everywhere);
        await assertOpen("after up");
      });

      it("a second up changes nothing", async () => {
        const { output } = await fleet.stack.run(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
        assert.match(output, recap(`ok=${ways.length} changed=0`), output);
      });

      it("destroy gives every byte back, brings that in force and ends no session", async () => {
        await fleet.destroy();
        assert.deepEqual(await foundOn(fleet.hosts, etcOf), pristine);
        await assertTold();
        const nowhere = all(ways, () => false);
        assert.deepEqual(await areAsking(hosts, nowhere), nowhere);
        await assertOpen("after destroy");
      });

      it("nothing of ours is left, no file and no process", async () => {
        assert.deepEqual(
          await foundOn(fleet.hosts, leftoversOf),
          all(WAYS, () => ""),
        );
      });
    });

  describe("told nothing (activation: none)", () => {
    it("keeps what it has until somebody else does, and need not be known", async () => {
      const ways = waysOf("ssh-service", "socket-for-each", "own-command");
      const hosts = hostsOf(ways);
      const pristine = await foundOn(hosts, etcOf);
      const listeners = await foundOn(hosts, listenerOf);
      configure(
        ways.map((way) => ({ ...way, settings: undefined })),
        { activation: "none" },
      );
      // Until it listens again nobody gets in.
      const reload = () => fleet.host(0).run("systemctl reload ssh && sleep 1");
      assert.match(await fleet.up(), /recap: ok=0 changed=3/);
      // One that starts for each connection reads its files then.
      const heeded = { "ssh-service": false, "socket-for-each": true, "own-command": false };
      assert.deepEqual(await areAsking(hosts, heeded), heeded);
      assert.deepEqual(await foundOn(hosts, listenerOf), listeners);
      await reload();
      const reloaded = { ...heeded, "ssh-service": true };
      assert.deepEqual(await areAsking(hosts, reloaded), reloaded);
      await fleet.destroy();
      await reload();
      assert.deepEqual(await foundOn(hosts, etcOf), pristine);
      assert.deepEqual(await foundOn(hosts, listenerOf), listeners);
      assert.deepEqual(
        await foundOn(hosts, leftoversOf),
        all(ways, () => ""),
      );
    });
  });

  describe("told, when no fresh login gets through in time", () => {
    it("goes back by itself, and the next preview tells so", async () => {
      const ways = waysOf("ssh-service", "sysvinit", "runit");
      const hosts = hostsOf(ways);
      const pristine = await foundOn(hosts, etcOf);
      configure(ways, { confirmTimeout: 5, connectTimeout: 2 });
      // One that reads and one that applies.
      await Promise.all(hosts.map((host) => letThrough(host, 2)));
      const { code, output } = await up();
      await Promise.all(hosts.map(letAllThrough));
      assert.notEqual(code, 0);
      for (const { name } of ways)
        assert.match(
          output,
          new RegExp(`${name} failed: it was changed and sshd reloaded, but no fresh login confirms it: .* not answer`),
        );
      await Promise.all(hosts.map(untilSettled));
      assert.deepEqual(await foundOn(hosts, etcOf), pristine);
      const nowhere = all(ways, () => false);
      assert.deepEqual(await areAsking(hosts, nowhere), nowhere);
      assert.match(
        await fleet.preview(),
        /ssh-service, sysvinit, runit \(3 hosts\): would change\n +note: the last change failed: no fresh login confirmed it within 5 s, so it went back by itself\n/,
      );
      await fleet.destroy();
      assert.deepEqual(
        await foundOn(hosts, leftoversOf),
        all(ways, () => ""),
      );
    });
  });
});
