import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeHosts, type Host } from "../hosts";
import { effectiveOn, etcOf, Fleet, WANTED } from "./fleet";

const PASSWORD = "ma'rk \\ed $(id) pä";
const WRONG = "not the password";

const sudoers = (...rules: string[]) =>
  `rm /etc/sudoers.d/*; printf '%s\\n' ${rules.map((rule) => `'${rule}'`).join(" ")} >/etc/sudoers.d/deploy`;
const SUDO = sudoers("deploy ALL=(ALL) ALL");
const DOAS = "echo permit deploy >/etc/doas.conf";
const DOAS_NOPASS = "echo permit nopass deploy >/etc/doas.conf";
const shell = (name: string) => `usermod -s /usr/bin/${name} deploy; touch /home/deploy/.zshrc`;

describeHosts("becoming root on a host", () => {
  let fleet: Fleet;

  before(async () => {
    fleet = await Fleet.create(3);
  });
  after(() => fleet?.remove());

  const ofEach = <T>(ask: (host: Host) => Promise<T>) => Promise.all(fleet.hosts.map(ask));
  const setPassword = (password: string) =>
    ofEach((host) => host.run("chpasswd", { input: `deploy:${password}\n` }).then(({ code }) => assert.equal(code, 0)));

  /** All hosts anew, with this done to them, and settings that become root so. */
  async function prepare(setUp: string, become: object): Promise<void> {
    await ofEach((host) => host.reset());
    await setPassword(PASSWORD);
    await ofEach(async (host) => assert.equal((await host.run(setUp)).code, 0));
    configure(become);
  }

  function configure(...becomes: object[]): void {
    const settings = (index: number) => ({ user: "deploy", become: becomes[index % becomes.length] });
    const hosts = Object.fromEntries(fleet.hosts.map(({ name }, index) => [name, settings(index)]));
    fleet.stack.configure(fleet.settings({}, hosts));
  }

  const works: [title: string, setUp: string, become: object][] = [
    ["by sudo with its password", SUDO, { method: "sudo", password: PASSWORD }],
    ["by sudo that needs no password though one is given", "true", { method: "sudo", password: PASSWORD }],
    [
      "by sudo that remembers no password, lectures and runs all in a terminal of its own",
      sudoers("Defaults timestamp_timeout=0,use_pty,lecture=always", "deploy ALL=(ALL) ALL"),
      { method: "sudo", password: PASSWORD },
    ],
    [
      "by sudo with its password where nothing in /tmp may run",
      `${SUDO}; mount -o remount,noexec /tmp`,
      { method: "sudo", password: PASSWORD },
    ],
    ["by sudo with its password from fish", `${SUDO}; ${shell("fish")}`, { method: "sudo", password: PASSWORD }],
    ["by doas that needs no password", DOAS_NOPASS, { method: "doas" }],
    ["by doas that needs no password though one is given", DOAS_NOPASS, { method: "doas", password: PASSWORD }],
    ["by doas with its password", DOAS, { method: "doas", password: PASSWORD }],
    ["by doas with its password from zsh", `${DOAS}; ${shell("zsh")}`, { method: "doas", password: PASSWORD }],
    ["by doas with its password from fish", `${DOAS}; ${shell("fish")}`, { method: "doas", password: PASSWORD }],
  ];
  for (const [title, setUp, become] of works)
    it(`works ${title}, and so does destroy`, async () => {
      await prepare(setUp, become);
      const before = await ofEach(etcOf);
      assert.match(await fleet.up(), /recap: ok=0 changed=3 /);
      assert.deepEqual(await ofEach(effectiveOn), [WANTED, WANTED, WANTED]);
      await fleet.destroy();
      assert.deepEqual(await ofEach(etcOf), before);
      const left = await ofEach((host) => host.run("ls -d /tmp/tmp.*; pgrep -u deploy -x sh"));
      assert.deepEqual(
        left.map(({ stdout }) => stdout),
        ["", "", ""],
      );
    });

  const refused: [title: string, setUp: string, become: object, says: RegExp][] = [
    [
      "sudo that wants a password, and none is given",
      SUDO,
      { method: "sudo" },
      /sudo asks deploy for a password: give it in become\.password/,
    ],
    [
      "sudo that wants a terminal",
      sudoers("Defaults requiretty", "deploy ALL=(ALL) ALL"),
      { method: "sudo", password: PASSWORD },
      /its sudo has requiretty and there is no terminal here: add "Defaults:deploy !requiretty"/,
    ],
    [
      "sudo that knows nothing of the user",
      sudoers(""),
      { method: "sudo", password: PASSWORD },
      /deploy may not become root by sudo: allow it in its sudoers/,
    ],
    ["no sudo", "mv /usr/bin/sudo /usr/bin/sudo.gone", { method: "sudo" }, /it has no sudo: install it/],
    [
      "no sudo, where a password is given",
      "mv /usr/bin/sudo /usr/bin/sudo.gone",
      { method: "sudo", password: PASSWORD },
      /it has no sudo: install it/,
    ],
    [
      "csh as login shell, where a password is given",
      `${SUDO}; ${shell("tcsh")}`,
      { method: "sudo", password: PASSWORD },
      /deploy's login shell there is csh; log in as a user with sh/,
    ],
    [
      "doas that wants a password, and none is given",
      DOAS,
      { method: "doas" },
      /doas asks deploy for a password: give it in become\.password/,
    ],
    [
      "doas that knows nothing of the user",
      "echo permit root >/etc/doas.conf",
      { method: "doas", password: PASSWORD },
      /deploy may not become root by doas: put "permit deploy"/,
    ],
    [
      "doas that wants a password, and no script to type it",
      `${DOAS}; mv /usr/bin/script /usr/bin/script.gone`,
      { method: "doas", password: PASSWORD },
      /doas takes a password from a terminal only.* util-linux/,
    ],
  ];
  for (const [title, setUp, become, says] of refused)
    it(`is refused where a host has ${title}: it says what to do`, async () => {
      await prepare(setUp, become);
      const before = await ofEach(etcOf);
      const preview = await fleet.preview();
      for (const { name } of fleet.hosts) assert.match(preview, new RegExp(`${name} failed: ${says.source}`));
      assert.deepEqual(await ofEach(etcOf), before);
    });

  for (const [method, setUp] of [
    ["sudo", SUDO],
    ["doas", DOAS],
  ] as const)
    it(`tries a wrong password exactly once with ${method}, and names it`, async () => {
      await prepare(setUp, { method, password: WRONG });
      const preview = await fleet.preview();
      for (const { name } of fleet.hosts)
        assert.match(preview, new RegExp(`${name} failed: ${method} does not take become\\.password for deploy`));
      assert.doesNotMatch(preview, new RegExp(WRONG));
      const logs = await ofEach((host) =>
        host.run(`journalctl --sync; journalctl -q -o cat -t ${method} -g 'pam_unix.*(failure|failed|could not)'`),
      );
      for (const { stdout } of logs)
        assert.match(stdout, /^pam_unix\(\w+:auth\): authentication failure;.*user=deploy\n$/);
    });

  it("takes a changed password at the price of one login that changes no file and reloads nothing; destroy uses it", async () => {
    await prepare(SUDO, { method: "sudo", password: PASSWORD });
    const before = await ofEach(etcOf);
    await fleet.up();
    await ofEach((host) => host.run("sudo -K -u deploy; rm -rf /run/sudo/ts/*"));
    await setPassword("another");
    const applied = () =>
      ofEach(async (host) => {
        const { stdout } = await host.run(
          "stat -c '%n %i %z' /etc/ssh/ssh*_config; journalctl --sync; journalctl -q -o cat -t sshd -g SIGHUP | wc -l",
        );
        return stdout;
      });
    const [stamps, logins] = [await applied(), await ofEach((host) => host.acceptedLogins())];
    configure({ method: "sudo", password: "another" });
    assert.match(await fleet.up(), /recap: ok=3 changed=0 /);
    assert.deepEqual(await applied(), stamps);
    // One to read the host, as always, and one more.
    assert.deepEqual(
      await ofEach((host) => host.acceptedLogins()),
      logins.map((count) => count + 2),
    );
    await setPassword("another");
    await fleet.destroy();
    for (const host of fleet.hosts) assert.equal((await effectiveOn(host)).clientaliveinterval, 0);
    assert.equal(before.length, 3);
  });

  it("leaves no trace of a password: no file on the host, no process list, no environment, no output, no state in clear", async () => {
    const marked = "marked-Gr8-password";
    await prepare(`${SUDO}; ${DOAS}`, {});
    await setPassword(marked);
    configure({ method: "sudo", password: marked }, { method: "doas", password: marked });
    const seen = watchProcesses([marked, "SUDO_ASKPASS=/bin/sh", "-qec"]);
    const output = await fleet.up();
    const lines = await seen.stop();
    assert.deepEqual([...new Set(lines)].sort(), ["-qec", "SUDO_ASKPASS=/bin/sh"]);
    assert.doesNotMatch(output, new RegExp(marked));
    const found = await ofEach((host) =>
      host.run(`grep -rlsF -e ${marked} -e 'ssh-keepalive-plan 1' /tmp /var /run /home /root /etc /dev/shm`),
    );
    const journals = ["/var/lib/ssh-keepalive/journal\n"];
    assert.deepEqual(
      found.map(({ stdout }) => stdout),
      [...journals, ...journals, ...journals],
    );
    const state = readdirSync(fleet.stack.state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
    assert.match(state, /SshKeepalive/);
    assert.doesNotMatch(state, new RegExp(marked));
    await fleet.destroy();
  });
});

/** Looks, again and again, for words in the arguments and environments of all processes, those of the hosts among them. */
function watchProcesses(words: string[]): { stop(): Promise<string[]> } {
  const look = "while :; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\000' '\\n'; done";
  const watcher = spawn("sh", ["-c", look], { stdio: ["ignore", "pipe", "ignore"] });
  const found: string[] = [];
  let rest = "";
  watcher.stdout.on("data", (data: Buffer) => {
    const lines = (rest + data.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    found.push(...lines.filter((line) => words.some((word) => line.includes(word))));
  });
  return {
    async stop() {
      watcher.kill();
      await once(watcher, "close");
      return found;
    },
  };
}
