import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeHosts, type Host } from "../hosts";
import { effectiveOn, etcOf, Fleet, WANTED } from "./fleet";
import { stateText, watchProcesses } from "./secrets";

/** Part of every secret that is a password, to look for. */
const MARK = "Gr8-marked";
const PASSPHRASE = `${MARK} passphrase`;
const PASSWORD = `${MARK} päss'word"`;
const SUDO = { user: "deploy", become: { method: "sudo" } };

/** What is set of a host, the secrets by `pulumi config set --secret`. */
interface Access {
  secrets?: Record<string, string>;
  [setting: string]: unknown;
}

interface Way {
  title: string;
  /** As root on the host. */
  setUp?: string;
  access: () => Access;
}

describeHosts("a host is configured that is reached", function () {
  this.timeout(180_000);

  let folder: string;
  let fleet: Fleet;
  let agent: ChildProcess;
  let pristine: string[];
  let output: string;
  let seen: string[];
  const environmentsAgent = process.env.SSH_AUTH_SOCK;
  const at = (name: string) => join(folder, name);
  const bastion = () => ({ user: "root", address: fleet.host(0).address, hostKey: fleet.host(0).hostKey });
  const ofEach = <T>(ask: (host: Host, index: number) => Promise<T>) => Promise.all(fleet.hosts.map(ask));
  const authenticates = (...lines: string[]) =>
    `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} >/etc/ssh/sshd_config.d/login.conf; systemctl reload ssh`;

  const ways: Way[] = [
    {
      title: "with a key by its content",
      access: () => ({ user: "root", secrets: { privateKey: fleet.host(0).privateKey } }),
    },
    {
      title: "through another host, which is the only way there",
      setUp: "ip route add blackhole 10.99.0.1/32 && ! ip route get 10.99.0.1",
      access: () => ({ ...SUDO, privateKeyFile: at("key"), proxy: bastion() }),
    },
    {
      title: "with an encrypted key from a file, and its passphrase",
      access: () => ({ ...SUDO, privateKeyFile: at("encrypted"), secrets: { privateKeyPassword: PASSPHRASE } }),
    },
    {
      title: "with a password",
      setUp: authenticates("PasswordAuthentication yes", "PubkeyAuthentication no"),
      access: () => ({ ...SUDO, secrets: { password: PASSWORD } }),
    },
    {
      title: "with a password from a file, where sshd asks for it by keyboard-interactive",
      setUp: authenticates(
        "PasswordAuthentication no",
        "ChallengeResponseAuthentication yes",
        "PubkeyAuthentication no",
      ),
      access: () => ({ ...SUDO, passwordFile: at("password") }),
    },
    { title: "with an SSH agent by its socket", access: () => ({ ...SUDO, agentSocketPath: at("agent") }) },
    {
      title: "with the environment's SSH agent, its key known under a hashed name",
      access: () => ({ ...SUDO, hostKey: undefined }),
    },
    {
      title: "on another port, its key known under [host]:port",
      setUp: authenticates("Port 2222"),
      access: () => ({ ...SUDO, port: 2222, privateKeyFile: at("key"), hostKey: undefined }),
    },
  ];

  const usual = () => ways.map(({ access }) => access());

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-access-"));
    process.env.SSH_AUTH_SOCK = at("agent");
    fleet = await Fleet.create(ways.length);
    writeFileSync(at("key"), fleet.host(0).privateKey, { mode: 0o600 });
    writeFileSync(at("password"), `${PASSWORD}\n`, { mode: 0o600 });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", PASSPHRASE, "-f", at("encrypted")]);
    agent = await startAgent(at("agent"), at("key"));
    const known = [
      `${fleet.host(6).address} ${fleet.host(6).hostKey}`,
      `[${fleet.host(7).address}]:2222 ${fleet.host(7).hostKey}`,
    ];
    writeFileSync(at("known_hosts"), `${known.join("\n")}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", at("known_hosts")], { stdio: "ignore" });
    await ofEach(async (host, i) => {
      await host.run("cat >>/home/deploy/.ssh/authorized_keys", { input: readFileSync(at("encrypted.pub")) });
      await host.run("chpasswd", { input: `deploy:${PASSWORD}\n` });
      const { code, stderr } = await host.run(ways[i]?.setUp ?? "true");
      assert.equal(code, 0, stderr);
    });
    pristine = await ofEach(etcOf);
    await configure(fleet, usual());
    const watch = watchProcesses(MARK, middleOf(fleet.host(0).privateKey), "ssh-keepalive-access-");
    output = await fleet.up();
    seen = await watch.stop();
  });
  after(async () => {
    await fleet?.remove();
    agent?.kill();
    rmSync(folder, { recursive: true, force: true });
    if (environmentsAgent === undefined) delete process.env.SSH_AUTH_SOCK;
    else process.env.SSH_AUTH_SOCK = environmentsAgent;
  });

  /** Each host with a login of its own, or the environment's agent: the stack's key, which is for all, is taken away. */
  async function configure(fleet: Fleet, access: Access[], over: object = {}): Promise<void> {
    const hosts = access.map(({ secrets: _, ...rest }, i) => [fleet.host(i).name, rest]);
    fleet.stack.configure(fleet.settings({ knownHosts: at("known_hosts"), ...over }, Object.fromEntries(hosts)));
    await fleet.stack.expect(["config", "rm", "privateKey"]);
    for (const [i, { secrets = {} }] of access.entries())
      for (const [name, secret] of Object.entries(secrets))
        await fleet.stack.expect(["config", "set", "--secret", "--path", `hosts[${i}].${name}`], secret);
  }

  for (const [i, { title }] of ways.entries())
    it(title, async () => {
      assert.deepEqual(await effectiveOn(fleet.host(i)), WANTED);
    });

  it("and is settled then", async () => {
    assert.match(await fleet.up("--expect-no-changes"), /recap: ok=8 changed=0/);
  });

  it("with no secret in any process's arguments or environment", () => {
    // The engine hands the program its whole configuration in this variable; files keep out of it.
    const lines = seen.filter((line) => !line.startsWith("PULUMI_CONFIG="));
    assert.ok(lines.includes(`SSH_AUTH_SOCK=${at("agent")}`), "the watch sees the controller's processes");
    const secrets = [MARK, middleOf(fleet.host(0).privateKey)];
    assert.deepEqual(
      lines.filter((line) => secrets.some((secret) => line.includes(secret))),
      [],
    );
  });

  it("with no secret in what up prints, in the state, or in a file of the host", async () => {
    const state = stateText(fleet.stack.state);
    assert.match(state, /SshKeepalive/);
    for (const text of [output, state])
      for (const secret of [MARK, middleOf(fleet.host(0).privateKey)]) {
        const where = text.indexOf(secret);
        assert.equal(where, -1, text.slice(Math.max(0, where - 200), where + 20));
      }
    // The host's journal has the very command of this search, which must not find itself.
    const search = `grep -rls '${MARK.replace("m", "[m]")}' /tmp /var /run /home /root /etc /dev/shm`;
    const found = await ofEach((host) => host.run(search));
    assert.deepEqual(
      found.map(({ stdout }) => stdout),
      ways.map(() => ""),
    );
  });

  it("unless the proxy has another key than expected, which is told of the proxy before any login", async () => {
    const before = await ofEach((host) => host.acceptedLogins());
    const proxy = { ...bastion(), hostKey: fleet.host(3).hostKey };
    const access = usual().map((own, i) => (i === 1 ? { ...own, proxy } : own));
    await configure(fleet, access, { select: ["web-2"] });
    const says = `web-2 failed: its proxy ${bastion().address}:22 has another host key than the expected ssh-ed25519 `;
    const preview = await fleet.preview();
    assert.ok(preview.includes(says), preview);
    assert.deepEqual(await ofEach((host) => host.acceptedLogins()), before);
  });

  it("and gets every byte back by destroy, on each of these ways", async () => {
    await configure(fleet, usual());
    await fleet.up("--expect-no-changes");
    await fleet.destroy();
    assert.deepEqual(await ofEach(etcOf), pristine);
  });
});

async function startAgent(socket: string, keyFile: string): Promise<ChildProcess> {
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "inherit"] });
  // It says where it listens once it does.
  await once(agent.stdout as NonNullable<typeof agent.stdout>, "data");
  execFileSync("ssh-add", ["-q", keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return agent;
}

/** A line from the middle of a private key: it is in no other text. */
function middleOf(privateKey: string): string {
  return privateKey.split("\n")[2] as string;
}
