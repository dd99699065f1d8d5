import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Fleet } from "../e2e/fleet";
import { createHosts, describeHosts, type Host, Nat, wantedSuites } from "../hosts";
import { SAVED_SESSIONS, type Server, Session } from "./session";

/** Seconds after which the NAT forgets a connection, and for which nobody uses the sessions. */
const FORGETS = 6;
const IDLE = 13;
const INTERVAL = 2;
const COUNT_MAX = 2;
/** What a busy machine may add to a time that OpenSSH keeps. */
const GRACE = 1;
const SERVER = { clientAliveInterval: INTERVAL, clientAliveCountMax: COUNT_MAX };
const CLIENT = { serverAliveInterval: INTERVAL, serverAliveCountMax: COUNT_MAX };
const NO_KEEPALIVES = { PingInterval: 0, PingIntervalSecs: 0 };
const PUTTY = { secondsBetweenKeepalives: 3, sessions: ["home"], users: ["deploy"] };

describeHosts(`sessions through a NAT that forgets a connection after ${FORGETS} s`, function () {
  this.timeout(120_000);

  const suites = wantedSuites();
  let fleet: Fleet;
  let nat: Nat;
  /** Hosts that are not ours. */
  let laptop: Host;
  let laptopAddress: string;
  let web: Server;
  /** Hosts with one role each; a client and a server for every OpenSSH. */
  let clients: Host[];
  let servers: Server[];
  let putty: Host;

  let open: Session[];
  let answers: (number | undefined)[][];
  let idle: { withoutUs: Session; byClient: Session[]; byServer: Session[]; byPutty: Session; puttyWithoutUs: Session };

  before(async () => {
    let plainWeb: Host | undefined;
    [fleet, [laptop, plainWeb]] = await Promise.all([
      Fleet.create(2 * suites.length + 1),
      createHosts({ name: "laptop" }, { name: "web" }) as Promise<[Host, Host]>,
    ]);
    const { hosts } = fleet;
    nat = await Nat.create(FORGETS);
    const serverAt = async (host: Host) => ({ host, address: await nat.addServer(host) });
    web = await serverAt(plainWeb);
    clients = hosts.slice(0, suites.length);
    servers = await Promise.all(hosts.slice(suites.length, -1).map(serverAt));
    putty = hosts.at(-1) as Host;
    laptopAddress = await nat.addClient(laptop);
    for (const host of [putty, ...clients]) await nat.addClient(host);
    for (const name of ["home", "office"]) await saveSession(putty, name, web);
  });
  before(async () => {
    const roles = [
      ...clients.map(({ name }) => [name, { client: CLIENT }]),
      ...servers.map(({ host }) => [host.name, { server: SERVER }]),
      [putty.name, { putty: PUTTY }],
    ];
    const { hosts } = fleet.settings({}, Object.fromEntries(roles));
    fleet.stack.configure({ hosts });
    open = await Promise.all(servers.map((server) => Session.ssh(laptop, server)));
    let applied = false;
    const up = fleet.up().finally(() => {
      applied = true;
    });
    answers = await Promise.all(open.map(async (session) => await talk(session, () => applied)));
    await up;
  });
  before(async () => {
    const [withoutUs, byPutty, puttyWithoutUs, byClient, byServer] = await Promise.all([
      Session.ssh(laptop, web),
      Session.plink(putty, web, "home"),
      Session.plink(putty, web, "office"),
      Promise.all(clients.map((client) => Session.ssh(client, web))),
      Promise.all(servers.map((server) => Session.ssh(laptop, server))),
    ]);
    idle = { withoutUs, byClient, byServer, byPutty, puttyWithoutUs };
    await sleep(IDLE * 1000);
  });
  after(async () => {
    for (const session of [...(open ?? []), ...Object.values(idle ?? {}).flat()]) session.close();
    await Promise.all([laptop, web?.host].map((host) => host?.destroy()));
    await fleet?.remove();
    await nat?.remove();
  });

  it("a session that is open while its server is changed and reloaded goes on all the time, with the same sshd", async () => {
    for (const [i, { host }] of servers.entries()) {
      const log = await host.run("journalctl --unit ssh --output cat");
      assert.match(log.stdout, /Received SIGHUP; restarting/, host.suite);
      const said = answers[i] as number[];
      assert.ok(said.length > 3, `${said.length} answers`);
      assert.deepEqual([...new Set(said)], [said[0]], host.suite);
      assert.ok(said[0]);
    }
  });

  it(`without us, a session that nobody used for ${IDLE} s is dead, and neither end knows`, async () => {
    const { withoutUs } = idle;
    assert.equal(await withoutUs.ask(), undefined);
    assert.equal(withoutUs.end, undefined);
    const { stdout } = await web.host.run(`ps -o tty= --ppid ${withoutUs.sshd}`);
    const said = await web.host.run(`echo the-server-says >/dev/${stdout.trim()}`);
    assert.equal(said.code, 0, said.stderr);
    assert.equal(await withoutUs.shows(/the-server-says/), undefined);
  });

  it("with only the client role it lives", async () => {
    for (const [i, session] of idle.byClient.entries())
      assert.equal(await session.ask(), session.sshd, clients[i]?.suite);
  });

  it("with only the server role it lives", async () => {
    for (const [i, session] of idle.byServer.entries())
      assert.equal(await session.ask(), session.sshd, servers[i]?.host.suite);
  });

  it("with only PuTTY's role a saved session that is ours lives, and another one dies", async () => {
    assert.equal(await idle.byPutty.ask(), idle.byPutty.sshd);
    assert.equal(await idle.puttyWithoutUs.ask(), undefined);
  });

  const bounds = `between ${INTERVAL * COUNT_MAX} and ${INTERVAL * (COUNT_MAX + 1)} s after its last data`;

  it(`a client gives up a server that fell silent ${bounds}`, async () => {
    await nat.silence(web.address);
    const times = clients.map(async (client, i) => {
      const session = idle.byClient[i] as Session;
      const last = await lastData(client, `dst ${web.address}`, "ssh");
      const { at, code } = await session.ended(20);
      assert.equal(code, 255, session.shown);
      assert.match(session.shown, /Timeout, server \S+ not responding/);
      return { suite: client.suite, interval: INTERVAL, givenUpAfter: at - last };
    });
    checkTimes(await Promise.all(times));
  });

  // OpenSSH 9.2's sshd, which Debian 12 has, waits for two intervals each time.
  const intervalOf = ({ suite }: Host) => (suite === "bookworm" ? 2 * INTERVAL : INTERVAL);

  it(`a server gives up a client that fell silent ${bounds}, that of Debian 12 in twice the time`, async () => {
    await nat.silence(laptopAddress);
    const times = servers.map(async ({ host, address }, i) => {
      const { sshd } = idle.byServer[i] as Session;
      const last = await lastData(host, `src ${address}`, `pid=${sshd},`);
      const { code, stdout } = await host.run(
        `timeout 20 sh -c 'while kill -0 $0 2>/dev/null; do sleep 0.02; done' ${sshd} && date +%s%3N`,
      );
      assert.equal(code, 0, `${host.suite}'s sshd still holds the session after 20 s`);
      return { suite: host.suite, interval: intervalOf(host), givenUpAfter: Number(stdout) - last };
    });
    checkTimes(await Promise.all(times));
  });
});

/** As PuTTY saves a session: the settings that its user made, and keepalives turned off. */
async function saveSession(host: Host, name: string, server: Server): Promise<void> {
  const lines = { Protocol: "ssh", HostName: server.address, PortNumber: 22, UserName: "deploy", ...NO_KEEPALIVES };
  const text = Object.entries(lines).map(([key, value]) => `${key}=${value}\n`);
  const command = `mkdir -p ${SAVED_SESSIONS} && cat >${SAVED_SESSIONS}/${name}`;
  const { code, stderr } = await host.run(command, { user: "deploy", input: text.join("") });
  assert.equal(code, 0, stderr);
}

/** Uses a session until it is over with what goes on; what it answered. */
async function talk(session: Session, isOver: () => boolean): Promise<(number | undefined)[]> {
  const answers: (number | undefined)[] = [];
  while (!isOver()) {
    answers.push(await session.ask());
    await sleep(100);
  }
  return [...answers, await session.ask()];
}

/** When data came last by a host's one connection that matches, by the kernel's word; as in `Date.now()`. */
async function lastData(host: Host, filter: string, process: string): Promise<number> {
  const { stdout } = await host.run(`date +%s%3N; ss -HOtinp state established ${filter}`);
  const [now, ...connections] = stdout.trim().split("\n");
  const [found, ...others] = connections.filter((line) => line.includes(process));
  const [, ago] = / lastrcv:(\d+) /.exec(found ?? "") ?? [];
  assert.ok(ago !== undefined && others.length === 0, `one connection of ${process} is expected:\n${stdout}`);
  return Number(now) - Number(ago);
}

interface Timed {
  suite: string;
  /** Seconds. */
  interval: number;
  /** Milliseconds after the last data. */
  givenUpAfter: number;
}

function checkTimes(times: Timed[]): void {
  for (const { interval, givenUpAfter } of times) {
    const [least, most] = [interval * COUNT_MAX, interval * (COUNT_MAX + 1) + GRACE];
    assert.ok(givenUpAfter >= least * 1000 && givenUpAfter <= most * 1000, JSON.stringify(times));
  }
}
