import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeHosts } from "../hosts";
import { etcOf, Fleet } from "./fleet";
import { watchProcesses } from "./secrets";

/** Part of every secret that is not a key, to look for. */
const MARK = "Gr9-marked";
const [PASSWORD, PASSPHRASE] = [`${MARK} pass'word"`, `${MARK} passphrase`];
/** All that a host writes, and what its programs have in memory files. */
const FOLDERS = "/etc /var /tmp /run /root /home /dev/shm /opt /srv /usr/local";

describeHosts("a secret is found in clear nowhere", function () {
  this.timeout(300_000);
  let folder: string;
  let fleet: Fleet;
  let pristine: string[];
  let secrets: string[];
  const printed: Record<string, string> = {};
  const seen: Record<string, string[]> = {};

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-scan-"));
    fleet = await Fleet.create(2);
    const key = join(folder, "encrypted");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", PASSPHRASE, "-f", key]);
    const encrypted = readFileSync(key, "utf8");
    const [first, second] = [fleet.host(0), fleet.host(1)];
    // A line from the middle of a private key is in no other text.
    secrets = [MARK, ...[first.privateKey, encrypted].map((text) => text.split("\n")[2] as string)];
    for (const host of fleet.hosts) {
      await host.run("cat >>/home/deploy/.ssh/authorized_keys", { input: readFileSync(`${key}.pub`) });
      await host.run("chpasswd", { input: `deploy:${PASSWORD}\n` });
    }
    await second.run("echo 'deploy ALL=(ALL) ALL' >/etc/sudoers.d/deploy");
    await first.run("printf 'PasswordAuthentication yes\\n' >/etc/ssh/sshd_config.d/login.conf; systemctl reload ssh");
    rmSync(folder, { recursive: true });
    const become = { method: "sudo" };
    fleet.stack.configure(
      fleet.settings({ become }, { [first.name]: { user: "deploy", become }, [second.name]: { become } }),
    );
    await fleet.stack.expect(["config", "rm", "privateKey"]);
    const set = (path: string, secret: string) =>
      fleet.stack.expect(["config", "set", "--secret", "--path", path], secret);
    await set("hosts[0].password", PASSWORD);
    await set("hosts[0].become.password", PASSWORD);
    await set("hosts[1].privateKey", encrypted);
    await set("hosts[1].privateKeyPassword", PASSPHRASE);
    await set("hosts[1].become.password", PASSWORD);
    pristine = await Promise.all(fleet.hosts.map(etcOf));
  });
  after(() => fleet?.remove());

  /** Runs a command of the engine while somebody looks at all processes. */
  async function run(...args: string[]): Promise<void> {
    const watch = watchProcesses(...secrets);
    const { code, output } = await fleet.stack.run(args);
    const name = args.join(" ");
    seen[name] = await watch.stop();
    printed[name] = output;
    assert.equal(code, 0, output);
  }

  /** Where in a text a secret is, with what stands around it. */
  function found(text: string): string[] {
    return secrets.flatMap((secret) => {
      const at = text.indexOf(secret);
      return at < 0 ? [] : [text.slice(Math.max(0, at - 200), at + 40)];
    });
  }

  /** The files of a folder that have a secret in them. */
  function filesWith(folder: string): string[] {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => found(readFileSync(file, "latin1")).length > 0);
  }

  async function onHosts(): Promise<string[]> {
    // The search is in the system's log, too, and must not find itself.
    const words = secrets
      .map((secret) => `-e '[${secret[0]}]${secret.slice(1).replace(/[\\/.*[\]^$]/g, "\\$&")}'`)
      .join(" ");
    const search = `grep -rlsa ${words} ${FOLDERS}; journalctl --sync; journalctl -o export --all | grep -a ${words}`;
    const ran = await Promise.all(fleet.hosts.map((host) => host.run(search)));
    return ran.map(({ stdout }) => stdout);
  }

  const steps: [title: string, args: string[]][] = [
    ["a preview for programs", ["preview", "--json"]],
    ["an up with all that the engine logs", ["up", "--yes", "--skip-preview", "--logtostderr", "--logflow", "-v=8"]],
    ["an up for programs", ["up", "--yes", "--json", "--skip-preview"]],
    ["a preview that shows all inputs", ["preview", "--diff", "--show-sames"]],
    ["a refresh", ["refresh", "--yes", "--skip-preview"]],
    ["an export of the state", ["stack", "export", "--stack", "e2e"]],
    ["a destroy", ["destroy", "--yes", "--skip-preview"]],
  ];
  for (const [title, args] of steps)
    it(`by ${title}: not in what it prints, in a process, in a file of the controller or of a host`, async () => {
      await run(...args);
      const name = args.join(" ");
      assert.deepEqual(found(printed[name] as string), []);
      // The engine hands the program its whole configuration in this variable; files keep out of it.
      assert.deepEqual(
        seen[name]?.filter((line) => !line.startsWith("PULUMI_CONFIG=")),
        [],
      );
      assert.deepEqual(filesWith(fleet.folder), []);
      assert.deepEqual(await onHosts(), ["", ""]);
    });

  it("though they were used: hosts were changed and given back", async () => {
    const up = printed["up --yes --skip-preview --logtostderr --logflow -v=8"] ?? "";
    assert.match(up, /recap: ok=0 changed=2/);
    assert.deepEqual(await Promise.all(fleet.hosts.map(etcOf)), pristine);
  });
});
