import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeHosts, type Host } from "../hosts";
import { effectiveOn, etcOf, Fleet, WANTED } from "./fleet";
import { stateText, watchProcesses } from "./secrets";

/** Part of every right password, to look for. */
const MARK = "Gr8-marked";
const PASSWORD = `ma'rk \\ed $(id) pä ${MARK}`;
const WRONG = "not the password";

const SUDO = { method: "sudo", password: PASSWORD };
const DOAS = { method: "doas", password: PASSWORD };

const sudoers = (...rules: string[]) =>
  `rm /etc/sudoers.d/*; printf '%s\\n' ${rules.map((rule) => `'${rule}'`).join(" ")} >/etc/sudoers.d/deploy`;
const sudoAsks = sudoers("deploy ALL=(ALL) ALL");
const sudoForgets = sudoers("Defaults timestamp_timeout=0,use_pty,lecture=always", "deploy ALL=(ALL) ALL");
const doasAsks = "echo permit deploy >/etc/doas.conf";
const doasTrusts = "echo permit nopass deploy >/etc/doas.conf";
const shell = (name: string) => `usermod -s /usr/bin/${name} deploy; touch /home/deploy/.zshrc`;
const without = (program: string) => `mv /usr/bin/${program} /usr/bin/${program}.gone`;

interface Way {
  title: string;
  setUp: string;
  become: { method: string; password?: string };
}

/** A fleet with a host for each way; the passwords that it is given are in files of the folder. */
async function fleetOf(ways: Way[], folder: string): Promise<Fleet> {
  const fleet = await Fleet.create(ways.length);
  const hosts = fleet.hosts.map(({ name }, i) => {
    const { method, password } = (ways[i] as Way).become;
    if (password === undefined) return [name, { user: "deploy", become: { method } }];
    const passwordFile = join(folder, name);
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    return [name, { user: "deploy", become: { method, passwordFile } }];
  });
  fleet.stack.configure(fleet.settings({}, Object.fromEntries(hosts)));
  await setPassword(fleet, PASSWORD);
  await Promise.all(
    ways.map(async ({ title, setUp }, i) => assert.equal((await fleet.host(i).run(setUp)).code, 0, title)),
  );
  return fleet;
}

async function setPassword(fleet: Fleet, password: string): Promise<void> {
  const set = (host: Host) => host.run("chpasswd", { input: `deploy:${password}\n` });
  for (const { code } of await Promise.all(fleet.hosts.map(set))) assert.equal(code, 0);
}

async function configOf(host: Host): Promise<string> {
  return (await host.run("find /etc/ssh -type f -printf '%p %m %U %G ' -exec sha256sum {} ';' | sort")).stdout;
}

describeHosts("a host whose login user becomes root", function () {
  this.timeout(180_000);

  // Debian 12, 11, 13, and so on.
  const ways: Way[] = [
    { title: "by sudo with its password, on Debian 12", setUp: sudoAsks, become: SUDO },
    {
      title: "by sudo with its password, on Debian 11 from fish",
      setUp: `${sudoAsks}; ${shell("fish")}`,
      become: SUDO,
    },
    { title: "by sudo with its password, on Debian 13 from zsh", setUp: `${sudoAsks}; ${shell("zsh")}`, become: SUDO },
    { title: "by doas with its password, on Debian 12 from zsh", setUp: `${doasAsks}; ${shell("zsh")}`, become: DOAS },
    {
      title: "by doas with its password, on Debian 11 from fish",
      setUp: `${doasAsks}; ${shell("fish")}`,
      become: DOAS,
    },
    { title: "by doas with its password, on Debian 13", setUp: doasAsks, become: DOAS },
    { title: "by sudo that needs no password though one is given", setUp: "true", become: SUDO },
    { title: "by doas that needs no password", setUp: doasTrusts, become: { method: "doas" } },
    {
      title: "by sudo that remembers no password, lectures and makes terminals, where nothing in /tmp may be executed",
      setUp: `${sudoForgets}; mount -o remount,noexec /tmp`,
      become: SUDO,
    },
  ];

  let folder: string;
  let fleet: Fleet;
  let original: string[];
  let output: string;
  let seen: string[];
  const ofEach = <T>(ask: (host: Host) => Promise<T>) => Promise.all(fleet.hosts.map(ask));
  const all = <T>(value: T) => ways.map(() => value);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-become-"));
    fleet = await fleetOf(ways, folder);
    original = await ofEach(configOf);
    const watch = watchProcesses(MARK, "SUDO_ASKPASS=/bin/sh", "-qec");
    try {
      output = await fleet.up();
    } finally {
      seen = await watch.stop();
    }
  });
  after(async () => {
    await fleet?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [i, { title }] of ways.entries())
    it(`is configured ${title}`, async () => {
      assert.deepEqual(await effectiveOn(fleet.host(i)), WANTED);
    });

  it("has no password in any file, and nothing is left in /tmp or running", async () => {
    // The patterns go in on stdin: systemd's journal keeps the command line of whoever logs.
    const places = "/tmp /var /run /home /root /etc /dev/shm";
    const input = `${MARK}\nssh-keepalive-journal 1\n`;
    const found = await ofEach((host) => host.run(`grep -rlsF -f - ${places}`, { input }));
    assert.deepEqual(
      found.map(({ stdout }) => stdout),
      all("/var/lib/ssh-keepalive/journal\n"),
    );
    const left = await ofEach((host) => host.run("ls -d /tmp/tmp.*; pgrep -u deploy -x 'sh|cat|script'"));
    assert.deepEqual(
      left.map(({ stdout }) => stdout),
      all(""),
    );
  });

  it("has no password in any process's arguments or environment, nor has the controller", () => {
    assert.ok(seen.includes("SUDO_ASKPASS=/bin/sh") && seen.includes("-qec"), "the watch sees sudo and script run");
    assert.deepEqual(
      seen.filter((line) => line.includes(MARK)),
      [],
    );
  });

  it("has no password in what up prints, nor in the state", () => {
    const state = stateText(fleet.stack.state);
    assert.match(state, /SshKeepalive/);
    assert.doesNotMatch(output, new RegExp(MARK));
    assert.doesNotMatch(state, new RegExp(MARK));
  });

  it("takes a changed password at the price of one login, which changes no file and reloads nothing", async () => {
    const changed = `${MARK} changed`;
    await setPassword(fleet, changed);
    await ofEach((host) => host.run("rm -rf /run/sudo/ts/*"));
    const reloads = "journalctl --sync; journalctl -q -o cat -t sshd -g SIGHUP | wc -l";
    const stamps = () => ofEach((host) => host.run(`stat -c '%n %i %z' /etc/ssh/ssh*_config; ${reloads}`));
    const before = await stamps();
    const logins = await ofEach((host) => host.acceptedLogins());
    for (const [i, { become }] of ways.entries())
      if (become.password) writeFileSync(join(folder, fleet.host(i).name), changed);
    assert.match(await fleet.up(), /recap: ok=9 changed=0 /);
    assert.deepEqual(await stamps(), before);
    // One to read the host, as always, and one more where a password is given.
    const more = ways.map(({ become }) => (become.password ? 2 : 1));
    assert.deepEqual(
      (await ofEach((host) => host.acceptedLogins())).map((count, i) => count - (logins[i] as number)),
      more,
    );
  });

  it("is unconfigured by destroy, with the password that was given last", async () => {
    await fleet.destroy();
    // The changed password is in /etc as well.
    assert.deepEqual(await ofEach(configOf), original);
  });
});

describeHosts("a host whose login user can't become root is left alone and says what to do:", function () {
  this.timeout(180_000);

  const ways: (Way & { says: RegExp })[] = [
    {
      title: "sudo wants a password, and none is given",
      setUp: sudoAsks,
      become: { method: "sudo" },
      says: /sudo asks deploy for a password: give it in become\.password/,
    },
    {
      title: "sudo wants a terminal",
      setUp: sudoers("Defaults requiretty", "deploy ALL=(ALL) ALL"),
      become: SUDO,
      says: /its sudo has requiretty and there is no terminal here: add "Defaults:deploy !requiretty"/,
    },
    {
      title: "sudo does not know the user",
      setUp: sudoers(""),
      become: SUDO,
      says: /deploy may not become root by sudo: allow it in its sudoers/,
    },
    {
      title: "there is no sudo",
      setUp: without("sudo"),
      become: SUDO,
      says: /it has no sudo: install it/,
    },
    {
      title: "the login shell is csh, and a password is given",
      setUp: `${sudoAsks}; ${shell("tcsh")}`,
      become: SUDO,
      says: /deploy's login shell there is csh; log in as a user with sh/,
    },
    {
      title: "doas wants a password, and none is given",
      setUp: doasAsks,
      become: { method: "doas" },
      says: /doas asks deploy for a password: give it in become\.password/,
    },
    {
      title: "doas wants a password, and there is no script to type it",
      setUp: `${doasAsks}; ${without("script")}`,
      become: DOAS,
      says: /doas takes a password from a terminal only.* util-linux/,
    },
    ...["sudo", "doas"].map((method) => ({
      title: `the password for ${method} is wrong, which is tried exactly once`,
      setUp: method === "sudo" ? sudoAsks : doasAsks,
      become: { method, password: WRONG },
      says: new RegExp(`${method} does not take become\\.password for deploy; it was tried once`),
    })),
  ];

  let folder: string;
  let fleet: Fleet;
  let original: string[];
  let output: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-become-"));
    fleet = await fleetOf(ways, folder);
    original = await Promise.all(fleet.hosts.map(etcOf));
    output = await fleet.preview();
  });
  after(async () => {
    await fleet?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [i, { title, become, says }] of ways.entries())
    it(title, async () => {
      const host = fleet.host(i);
      assert.match(output, new RegExp(`${host.name} failed: ${says.source}`));
      assert.equal(await etcOf(host), original[i]);
      if (become.password !== WRONG) return;
      const failures = `journalctl -q -o cat -t ${become.method} -g 'pam_unix.*(failure|failed|could not)'`;
      const { stdout } = await host.run(`journalctl --sync; ${failures}`);
      assert.match(stdout, /^pam_unix\(\w+:auth\): authentication failure;.*user=deploy\n$/);
    });

  it("no password is shown", () => {
    for (const password of [MARK, WRONG]) assert.ok(!output.includes(password));
  });
});
