import assert from "node:assert/strict";
import { describeHosts, type Host } from "../hosts";
import { CLIENT, effectiveOn, etcOf, Fleet, SERVER } from "./fleet";

const DROP_IN = "/etc/ssh/sshd_config.d/00-ssh-keepalive.conf";
/** A config as alice has it, without a final newline. */
const ALICES = "Host db.example\n  ServerAliveInterval 15\nHost *\n  Compression yes";

/** Each on Debian 11, 12 and 13 at once: OpenSSH 8.4, 9.2 and 10.0. */
describeHosts("a row of the source document", function () {
  this.timeout(120_000);
  let fleet: Fleet;
  let pristine: string[];

  before(async () => {
    fleet = await Fleet.create(3);
    await Promise.all(fleet.hosts.map((host) => host.run("useradd --create-home --shell /bin/bash alice")));
    await told(fleet.host(1), `mkdir -m 700 .ssh; umask 077; printf '%s' '${ALICES}' >.ssh/config`, "alice");
    pristine = await Promise.all(fleet.hosts.map(etcOf));
  });
  after(() => fleet?.remove());
  afterEach(async () => {
    await fleet.destroy();
    assert.deepEqual(await Promise.all(fleet.hosts.map(etcOf)), pristine, "what destroy leaves in /etc");
  });

  function wanted(roles: object): void {
    fleet.stack.configure(fleet.settings({ server: undefined, client: undefined, ...roles }));
  }

  it("Linux, system-wide: /etc/ssh/ssh_config has the values for every user, as root and by become", async () => {
    wanted({ client: CLIENT });
    await fleet.up();
    for (const host of fleet.hosts)
      for (const user of ["root", "deploy", "alice"] as const)
        assert.deepEqual(await clientOf(host, user), { serveraliveinterval: 300, serveralivecountmax: 2 }, host.name);
    await fleet.up("--expect-no-changes");
  });

  it("Linux, one user: ~/.ssh/config has the values for that user alone, is made where it is not there, and goes again", async () => {
    wanted({ userClients: { alice: { serverAliveInterval: 60, serverAliveCountMax: 5 } } });
    const output = await fleet.preview();
    assert.match(output, /client of alice \(ssh -G\): ServerAliveInterval 0 → 60, ServerAliveCountMax 3 → 5/);
    assert.match(output, /--- \/home\/alice\/\.ssh\/config\tabsent\n/);
    await fleet.up();
    const ours = { serveraliveinterval: 60, serveralivecountmax: 5 };
    for (const host of fleet.hosts) {
      assert.deepEqual(await clientOf(host, "alice"), ours, host.name);
      assert.deepEqual(await clientOf(host, "deploy"), { serveraliveinterval: 0, serveralivecountmax: 3 }, host.name);
      const modes = await told(host, "stat -c '%a %U %G %n' /home/alice/.ssh /home/alice/.ssh/config");
      assert.equal(modes, "700 alice alice /home/alice/.ssh\n600 alice alice /home/alice/.ssh/config\n", host.name);
    }
    assert.deepEqual(await clientOf(fleet.host(1), "alice", "db.example"), { ...ours, serveraliveinterval: 15 });
    await fleet.up("--expect-no-changes");
    await told(fleet.host(2), "echo '# mine' >>.ssh/config", "alice");
    await fleet.destroy();
    assert.equal(await told(fleet.host(0), "ls -A /home/alice | grep ssh || echo none"), "none\n");
    assert.equal(await told(fleet.host(1), "cat /home/alice/.ssh/config"), ALICES);
    assert.equal(await told(fleet.host(2), "cat /home/alice/.ssh/config"), "# mine\n");
    await told(fleet.host(2), "rm -r /home/alice/.ssh");
  });

  it("which hosts it applies to: all by default, or those of hostPatterns, negations included", async () => {
    wanted({ client: { ...CLIENT, hostPatterns: ["*.example", "!old.example"] } });
    assert.match(await fleet.up(), /client \(ssh -G ssh-keepalive\.example\): ServerAliveInterval 0 → 300/);
    for (const host of fleet.hosts) {
      const intervals = ["a.example", "old.example", "other.test"].map((name) => clientOf(host, "deploy", name));
      const found = (await Promise.all(intervals)).map(({ serveraliveinterval }) => serveraliveinterval);
      assert.deepEqual(found, [300, 0, 0], host.name);
    }
    await fleet.up("--expect-no-changes");
  });

  it("server: a drop-in of our own where the distribution has them, else sshd_config itself", async () => {
    const main = fleet.host(1);
    await told(
      main,
      "cp -a /etc/ssh/sshd_config /root; sed -i '/^Include/d' /etc/ssh/sshd_config; systemctl reload ssh",
    );
    wanted({ server: SERVER });
    await fleet.up();
    for (const host of fleet.hosts) {
      const { clientaliveinterval, clientalivecountmax } = await effectiveOn(host);
      assert.deepEqual([clientaliveinterval, clientalivecountmax], [300, 2], host.name);
      const look = `for file in /etc/ssh/sshd_config ${DROP_IN}; do grep -qs ssh-keepalive $file && echo $file; done; true`;
      const places = await told(host, look);
      assert.equal(places, host === main ? "/etc/ssh/sshd_config\n" : `${DROP_IN}\n`, host.name);
    }
    assert.equal(await told(fleet.host(0), `stat -c '%a %U %G' ${DROP_IN}`), "644 root root\n");
    await fleet.up("--expect-no-changes");
    await fleet.destroy();
    await told(main, "mv /root/sshd_config /etc/ssh/sshd_config; systemctl reload ssh");
  });

  it("Linux, system-wide, where the distribution keeps its file in /usr/etc/ssh: that is left alone, ours is a drop-in", async () => {
    const vendors = "/usr/etc/ssh/ssh_config";
    const move = (from: string, to: string) => `mkdir -p $(dirname ${to}) && mv ${from} ${to}`;
    for (const host of fleet.hosts) await told(host, move("/etc/ssh/ssh_config", vendors));
    const before = await Promise.all(
      fleet.hosts.map((host) => told(host, `stat -c '%i %Z' ${vendors}; cat ${vendors}`)),
    );
    wanted({ client: CLIENT });
    await fleet.up();
    const inForce = "serveralivecountmax 2\nserveraliveinterval 300\n";
    for (const [i, host] of fleet.hosts.entries()) {
      assert.equal(await told(host, `ssh -G -F ${vendors} any.host | grep serveralive | sort`), inForce, host.name);
      assert.equal(await told(host, `stat -c '%i %Z' ${vendors}; cat ${vendors}`), before[i], host.name);
      assert.equal(await told(host, "ls /etc/ssh/ssh_config.d | grep keepalive"), "99-ssh-keepalive.conf\n", host.name);
    }
    await fleet.up("--expect-no-changes");
    await fleet.destroy();
    for (const host of fleet.hosts) await told(host, move(vendors, "/etc/ssh/ssh_config"));
  });

  it("give up after N tries: CountMax is in force on both sides, and what 0 does on each is warned of", async () => {
    wanted({
      server: { clientAliveInterval: 30, clientAliveCountMax: 0 },
      client: { serverAliveInterval: 30, serverAliveCountMax: 0 },
    });
    const output = await fleet.up();
    for (const host of fleet.hosts) {
      const { clientalivecountmax, serveralivecountmax } = await effectiveOn(host);
      assert.deepEqual([clientalivecountmax, serveralivecountmax], [0, 0], host.name);
    }
    assert.match(output, /warning: .*ServerAliveCountMax 0.*gives up at the first idle interval/);
  });

  it("Debian's aliases: SetupTimeOut and ProtocolKeepAlives are the interval by another name, BatchMode yes sets its default", async () => {
    const [shadowed, specific, batch] = fleet.hosts as [Host, Host, Host];
    await told(shadowed, "cp -a /etc/ssh/ssh_config /root; sed -i '1i SetupTimeOut 45' /etc/ssh/ssh_config");
    await told(specific, "printf 'Host db.example\\n  ProtocolKeepAlives 15\\n' >/etc/ssh/ssh_config.d/db.conf");
    await told(batch, "echo 'BatchMode yes' >/etc/ssh/ssh_config.d/batch.conf");
    wanted({ client: { serverAliveInterval: 120 } });
    const output = await fleet.up();
    assert.match(
      output,
      /ServerAliveInterval 45 → 120[\s\S]*ssh_config:1 sets ServerAliveInterval 45: ours comes first/,
    );
    assert.match(output, /db\.conf:2 sets ServerAliveInterval 15 under "Host db\.example": it wins over 120/);
    assert.match(output, /ServerAliveInterval 300 → 120/);
    for (const host of fleet.hosts) assert.equal((await clientOf(host, "deploy")).serveraliveinterval, 120, host.name);
    assert.equal((await clientOf(specific, "deploy", "db.example")).serveraliveinterval, 15);
    await fleet.up("--expect-no-changes");
    await fleet.destroy();
    await told(shadowed, "mv /root/ssh_config /etc/ssh/ssh_config");
    await told(specific, "rm /etc/ssh/ssh_config.d/db.conf");
    await told(batch, "rm /etc/ssh/ssh_config.d/batch.conf");
  });

  it("PuTTY on Unix: saved sessions of named users have the seconds, and what was there before comes back", async () => {
    const saved = "HostName=db.example\nPingInterval=0\nPingIntervalSecs=30\nTermWidth=80\n";
    const bare = "HostName=web.example\n";
    const folder = "/home/alice/.putty/sessions";
    for (const host of fleet.hosts) {
      await told(host, `mkdir -p ${folder}`, "alice");
      await told(host, `printf '%s' '${saved}' >${folder}/db%20one; printf '%s' '${bare}' >${folder}/web`, "alice");
    }
    wanted({ putty: { secondsBetweenKeepalives: 90, sessions: ["*", "Default Settings"], users: ["alice"] } });
    const output = await fleet.preview();
    assert.match(
      output,
      /putty of alice \(saved sessions, seconds between keepalives\): Default Settings 0 → 90, db one 30 → 90, web 0 → 90/,
    );
    await fleet.up();
    const read = (host: Host) => told(host, `cd ${folder} && stat -c '%U %n' * && cat db%20one web Default%20Settings`);
    for (const host of fleet.hosts)
      assert.equal(
        await read(host),
        "alice Default%20Settings\nalice db%20one\nalice web\n" +
          "HostName=db.example\nPingInterval=1\nPingIntervalSecs=30\nTermWidth=80\n" +
          "PingInterval=1\nPingIntervalSecs=30\nHostName=web.example\nPingInterval=1\nPingIntervalSecs=30\n",
        host.name,
      );
    await fleet.up("--expect-no-changes");
    await told(fleet.host(2), `sed -i 's/^PingInterval=1/PingInterval=9/' ${folder}/web`, "alice");
    assert.match(await fleet.up(), /web 570 → 90/);
    await told(fleet.host(2), `sed -i 's/^PingInterval=1/PingInterval=7/' ${folder}/web`, "alice");
    await fleet.destroy();
    for (const host of fleet.hosts) {
      // Its two values are one setting, which is alice's own again.
      const web = host === fleet.host(2) ? `PingInterval=7\nPingIntervalSecs=30\n${bare}` : bare;
      assert.equal(await told(host, `cd ${folder} && ls && cat *`), `db%20one\nweb\n${saved}${web}`, host.name);
      await told(host, "rm -r /home/alice/.putty");
    }
  });

  it("TCPKeepAlive: is left alone and reported", async () => {
    const host = fleet.host(0);
    await told(host, "echo 'TCPKeepAlive no' >/etc/ssh/sshd_config.d/tcp.conf; systemctl reload ssh");
    wanted({ server: SERVER, client: CLIENT });
    const output = await fleet.up();
    assert.match(
      output,
      /web-1: changed\n +server .*; TCPKeepAlive no is left alone\n.*client .*; TCPKeepAlive yes is left alone\n/,
    );
    assert.match(await told(host, "sshd -T"), /^tcpkeepalive no$/m);
    await fleet.destroy();
    await told(host, "rm /etc/ssh/sshd_config.d/tcp.conf; systemctl reload ssh");
  });
});

/** What a shell command on the host says; it has to succeed. */
async function told(host: Host, command: string, user: "root" | "alice" = "root"): Promise<string> {
  const { code, stdout, stderr } = await host.run(user === "root" ? command : `runuser -l ${user} -c "$(cat)"`, {
    input: command,
  });
  assert.equal(code, 0, `${host.name}: ${command}: ${stderr}`);
  return stdout;
}

/** The client's values that a user of the host gets for a host. */
async function clientOf(host: Host, user: string, name = "any.host"): Promise<Record<string, number>> {
  const said = await told(host, `runuser -l ${user} -c 'ssh -G ${name}'`);
  const found = [...said.matchAll(/^(serveralive(?:interval|countmax)) (\d+)$/gm)];
  return Object.fromEntries(found.map(([, keyword, value]) => [keyword, Number(value)]));
}
