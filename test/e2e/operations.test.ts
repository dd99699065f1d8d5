import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeHosts } from "../hosts";
import { effectiveOn, Fleet, SERVER, WANTED } from "./fleet";
import { changedProgram } from "./program";
import { Session } from "./session";
import { leavesConfigured, leavesUntouched, loginsDuring, reloadsOf } from "./untouched";

const PROGRAM = "infra/index.ts";

describeHosts("what a stack goes through while its hosts keep what they have", () => {
  let fleet: Fleet;
  let sessions: Session[];
  let interval = 300;

  before(async () => {
    fleet = await Fleet.create(3);
    sessions = await Promise.all(fleet.hosts.map((host, i) => Session.open(host, i === 0 ? "root" : "deploy")));
    await fleet.up();
  });
  after(async () => {
    for (const session of sessions ?? []) session.close();
    await fleet?.remove();
  });

  const urnOf = (host: string) =>
    `urn:pulumi:${fleet.stack.name}::ssh-keepalive::ssh-keepalive:index:SshKeepalive$command:remote:Command::fleet-${host}`;
  const configured = <T>(during: () => Promise<T>) => leavesConfigured(fleet.hosts, during);
  const untouched = <T>(during: () => Promise<T>) => leavesUntouched(fleet.hosts, during);
  const nothingLeftToDo = (...options: string[]) => untouched(() => fleet.up("--expect-no-changes", ...options));

  /** Settings that every host still has to take up. */
  const anotherInterval = (over: Record<string, unknown> = {}) => {
    interval++;
    fleet.stack.configure(fleet.settings({ server: { ...SERVER, clientAliveInterval: interval }, ...over }));
  };
  const sameInterval = (over: Record<string, unknown> = {}, hostOver: Record<string, object> = {}) =>
    fleet.stack.configure(fleet.settings({ server: { ...SERVER, clientAliveInterval: interval }, ...over }, hostOver));
  const intervals = async () =>
    Promise.all(fleet.hosts.map(async (host) => (await effectiveOn(host)).clientaliveinterval));

  const secondAddress = () => fleet.host(2).address.replace(/\d+$/, "250");

  async function stillOpen(): Promise<void> {
    for (const session of sessions) assert.equal(await session.echo("still here?\n"), "still here?\n");
  }

  it("sessions opened before up stay open over the change and the reload", async () => {
    for (const host of fleet.hosts) {
      assert.deepEqual(await effectiveOn(host), WANTED);
      assert.equal(await reloadsOf(host), 1, host.name);
    }
    await stillOpen();
  });

  it("a renamed component takes its hosts over from itself, without aliases", async () => {
    const renamed = changedProgram(fleet.folder, { [PROGRAM]: (text) => text.replace('"fleet"', '"servers"') });
    const output = await configured(() => fleet.up(...renamed));
    assert.match(output, /\+ 4 created\s+- 4 deleted/);
    await nothingLeftToDo(...renamed);
  });

  it("a renamed component with aliases keeps its resources", async () => {
    const back = changedProgram(fleet.folder, {
      [PROGRAM]: (text) => text.replace("Config()))", 'Config()), { aliases: [{ name: "servers" }] })'),
    });
    const output = await configured(() => fleet.up(...back));
    assert.doesNotMatch(output, /created|deleted|replaced/);
    await nothingLeftToDo();
  });

  it("a host under another name in the settings keeps what it has", async () => {
    for (const name of ["app-3", "web-3"]) {
      sameInterval({}, { "web-3": { name } });
      assert.match(await configured(() => fleet.up()), /\+ 1 created\s+- 1 deleted/);
      await nothingLeftToDo();
    }
  });

  it("a host whose resource is tainted keeps what it has while the resource is replaced", async () => {
    await fleet.stack.expect(["state", "taint", urnOf("web-1"), "--yes"]);
    assert.match(await configured(() => fleet.up()), /\+-1 replaced/);
    await nothingLeftToDo();
  });

  it("--target-replace replaces the resource and not what the host has", async () => {
    assert.match(await configured(() => fleet.up("--target-replace", urnOf("web-2"))), /\+-1 replaced/);
    await nothingLeftToDo();
  });

  it("--refresh finds nothing to do where there is nothing", async () => {
    await nothingLeftToDo("--refresh");
  });

  it("--target changes that host only, and says so of the others", async () => {
    anotherInterval();
    const options = ["--target", urnOf("web-1")];
    for (const run of [() => fleet.preview(...options), () => fleet.up(...options)]) {
      const output = await leavesUntouched(fleet.hosts.slice(1), run);
      assert.match(output, /web-2.*: skipped: it is not among the targets of this update/);
      assert.match(output, /recap: ok=0 changed=1 skipped=2 unreachable=0 failed=0/);
    }
    assert.deepEqual(await intervals(), [interval, interval - 1, interval - 1]);
    assert.match(await fleet.up(), /recap: ok=1 changed=2/);
    assert.deepEqual(await intervals(), [interval, interval, interval]);
  });

  it("select acts on those hosts only, does not log in to the others and says so of them", async () => {
    anotherInterval({ select: ["web-1"] });
    const logins = await loginsDuring(fleet.hosts.slice(1), async () => {
      const output = await leavesUntouched(fleet.hosts.slice(1), () => fleet.up());
      assert.match(output, /web-2.*: skipped: it is not among the selected hosts/);
      assert.match(output, /recap: ok=0 changed=1 skipped=2 unreachable=0 failed=0/);
    });
    assert.deepEqual(logins, [0, 0]);
    assert.deepEqual(await intervals(), [interval, interval - 1, interval - 1]);
    sameInterval();
    assert.match(await fleet.up(), /recap: ok=1 changed=2/);
    assert.deepEqual(await intervals(), [interval, interval, interval]);
  });

  it("an update plan of preview is carried out by up as it was shown", async () => {
    anotherInterval();
    const plan = join(fleet.folder, "plan.json");
    await untouched(() => fleet.preview("--save-plan", plan));
    assert.match(await fleet.up("--plan", plan), /recap: ok=0 changed=3/);
    assert.deepEqual(await intervals(), [interval, interval, interval]);
    await nothingLeftToDo();
  });

  it("an update plan of before a host changed is refused rather than carried out", async () => {
    anotherInterval();
    const plan = join(fleet.folder, "stale-plan.json");
    await fleet.preview("--save-plan", plan);
    await fleet.host(0).run("echo 'MaxAuthTries 4' >>/etc/ssh/sshd_config");
    const { code, output } = await fleet.stack.run(["up", "--yes", "--skip-preview", "--plan", plan]);
    assert.notEqual(code, 0);
    assert.match(output, /violates plan/);
    assert.equal((await effectiveOn(fleet.host(0))).clientaliveinterval, interval - 1);
    await fleet.up();
    await nothingLeftToDo();
  });

  it("another release of this package runs its script once and finds everything done", async () => {
    const another = changedProgram(fleet.folder, {
      "components/apply/apply.sh": (text) => `${text}# One more comment.\n`,
    });
    const logins = await loginsDuring(fleet.hosts, async () => {
      const output = await untouched(() => fleet.up(...another));
      assert.match(output, /recap: ok=3 changed=0/);
      assert.match(output, /~ 3 updated/);
    });
    assert.deepEqual(logins, [2, 2, 2]);
    await nothingLeftToDo(...another);
    await untouched(() => fleet.up());
  });

  it("a renamed stack is refused its own hosts until it says who it was", async () => {
    await fleet.stack.rename("renamed");
    const output = await untouched(() => fleet.preview());
    assert.match(output, /web-1 failed: it is managed by ssh-keepalive\/e2e \(fleet-web-1\)/);
  });

  it("a renamed stack with its old name as owner has nothing to do", async () => {
    sameInterval({ owner: "ssh-keepalive/e2e" });
    await nothingLeftToDo();
  });

  it("a renamed stack takes its hosts over, and they keep what they have", async () => {
    sameInterval({ takeOver: true });
    await configured(() => fleet.up());
    await nothingLeftToDo();
    sameInterval();
    await nothingLeftToDo();
  });

  it("a rotated key, a changed port and a changed address are one login more, which writes nothing", async () => {
    const key = join(fleet.folder, "rotated");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "rotated", "-f", key]);
    await fleet.host(0).run(`echo '${readFileSync(`${key}.pub`, "utf8").trim()}' >>/root/.ssh/authorized_keys`);
    await fleet.host(1).write("/etc/ssh/sshd_config.d/ports.conf", "Port 22\nPort 2222\n");
    await fleet.host(1).run("systemctl restart ssh");
    const address = secondAddress();
    await fleet.host(2).run(`ip address add ${address}/32 dev eth0`);
    sameInterval(
      {},
      { "web-1": { privateKey: readFileSync(key, "utf8") }, "web-2": { port: 2222 }, "web-3": { address } },
    );
    const logins = await loginsDuring(fleet.hosts, async () => {
      assert.match(await untouched(() => fleet.up()), /recap: ok=3 changed=0/);
    });
    assert.deepEqual(logins, [2, 2, 2]);
    await nothingLeftToDo();
  });

  it("destroy uses the new key, port and address where the old ones are gone, and open sessions survive it", async () => {
    await fleet.host(0).run("sed -i '/rotated$/!d' /root/.ssh/authorized_keys");
    await fleet.host(1).run("echo 'Port 2222' >/etc/ssh/sshd_config.d/ports.conf; systemctl restart ssh");
    // Deleted, it would take the open session along.
    await fleet
      .host(2)
      .run(`echo 'ListenAddress ${secondAddress()}' >/etc/ssh/sshd_config.d/address.conf; systemctl restart ssh`);
    await fleet.destroy();
    for (const host of fleet.hosts)
      assert.equal((await host.run("grep -rl ssh-keepalive /etc/ssh")).stdout, "", host.name);
    await stillOpen();
  });
});

describeHosts("a stack that keeps its hosts on destroy", () => {
  let fleet: Fleet;

  before(async () => {
    fleet = await Fleet.create(1);
    await fleet.up();
  });
  after(() => fleet?.remove());

  it("is told so without writing to a host, and then leaves the lines without logging in", async () => {
    fleet.stack.configure(fleet.settings({ onDestroy: "keep" }));
    await leavesUntouched(fleet.hosts, () => fleet.up());
    const logins = await loginsDuring(fleet.hosts, () => leavesUntouched(fleet.hosts, () => fleet.destroy()));
    assert.deepEqual(logins, [0]);
    assert.deepEqual(await effectiveOn(fleet.host(0)), WANTED);
  });
});
