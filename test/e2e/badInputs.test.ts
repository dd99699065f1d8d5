import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeHosts, type Host } from "../hosts";
import { BAD_HOSTS, type Given } from "./badHosts";
import { effectiveOn, etcOf, Fleet, WANTED } from "./fleet";

const CONFIGS = ["/etc/ssh/sshd_config", "/etc/ssh/ssh_config"];
const PASSWORD = "the right one";

describeHosts("a host that is not as it should be", function () {
  this.timeout(180_000);
  const groups = Object.entries(BAD_HOSTS);
  let fleet: Fleet;
  let given: Given;

  before(async () => {
    fleet = await Fleet.create(1 + Math.max(...groups.map(([, bad]) => bad.length)));
    given = makeFiles(fleet.folder);
    await writeKnownHosts(fleet);
  });
  after(() => fleet?.remove());

  for (const [group, badHosts] of groups)
    describe(group, () => {
      const output = { preview: "", up: "" };
      let hosts: Host[];
      let untouched: Traces[];
      let upCode: number;

      before(async () => {
        hosts = fleet.hosts.slice(1, 1 + badHosts.length);
        if (group !== groups[0]?.[0]) await Promise.all(fleet.hosts.map((host) => host.reset()));
        await Promise.all(hosts.map((host, i) => breakHost(host, badHosts[i]?.breakIt)));
        untouched = await Promise.all(hosts.map(tracesOf));
        const access = hosts.map(({ name }, i) => [name, badHosts[i]?.access?.(given) ?? {}]);
        fleet.stack.configure(settingsOf(fleet, 1 + badHosts.length, Object.fromEntries(access)));
        output.preview = await fleet.preview();
        ({ code: upCode, output: output.up } = await fleet.stack.run(["up", "--yes", "--skip-preview"]));
      });

      for (const [i, { title, says, tells, logins = 2 }] of badHosts.entries())
        it(`${title} is ${says ? "left alone and named with what to do" : "configured all the same"}`, async () => {
          const host = hosts[i] as Host;
          const now = await tracesOf(host);
          const expected = [says && `${host.name} failed: …${says}`, tells].filter((text) => text !== undefined);
          for (const text of expected)
            for (const printed of [output.preview, output.up]) assert.match(printed, textMatcher(text));
          const then = untouched[i] as Traces;
          if (says) return assert.deepEqual(now, { ...then, logins: then.logins + logins });
          assert.deepEqual(await effectiveOn(host), WANTED);
          assert.deepEqual(now.configs.map(withoutOurLines), then.configs);
        });

      it("costs the others nothing: they are configured before up fails", async () => {
        assert.deepEqual(await effectiveOn(fleet.host(0)), WANTED);
        const failed = badHosts.filter(({ says }) => says).length;
        const recap = `ok=0 changed=${1 + badHosts.length - failed} skipped=0 unreachable=0 failed=${failed}`;
        for (const printed of [output.preview, output.up]) assert.match(printed, new RegExp(`recap: ${recap}`));
        assert.notEqual(upCode, 0);
      });
    });

  it("in nothing but its settings is not dialled, nor is any other: every mistake in them is told at once", async () => {
    const logins = () => Promise.all(fleet.hosts.map((host) => host.acceptedLogins()));
    const before = await logins();
    const { hosts, ...rest } = fleet.settings();
    const [first, ...others] = hosts as { name: string; address: string }[];
    const mistakes: [bad: object, says: string][] = [
      ...[-1, 1.5, "300s ", 2 ** 31, "NaN"].map((value): [object, string] => [
        { server: { clientAliveInterval: value } },
        `server.clientAliveInterval: ${JSON.stringify(value)} is not allowed; it takes a whole number of seconds from 0 to 2147483647`,
      ]),
      [
        { client: { serverAliveCountMax: -1 } },
        "client.serverAliveCountMax: -1 is not allowed; it takes a whole number",
      ],
      [
        { server: { clientAliveIntervall: 3 } },
        "server.clientAliveIntervall: there is no such setting; did you mean clientAliveInterval?",
      ],
      [{ name: "web-1" }, 'name: "web-1" is not allowed; it takes a name of its own; hosts[0] has this one'],
      [
        { address: first?.address },
        'address: … is not allowed; it takes a machine of its own; hosts[0] ("web-1") is this one already',
      ],
      [
        { name: "web\n9" },
        'name: "web\\n9" is not allowed; it takes a name of letters, digits, dots, dashes and underscores',
      ],
      [
        { name: "$(reboot)" },
        'name: "$(reboot)" is not allowed; it takes a name of letters, digits, dots, dashes and underscores',
      ],
      [
        { name: "7", address: undefined },
        'address: nothing is not allowed; it takes a host name or an IP address, as the name "7" is neither',
      ],
    ];
    fleet.stack.configure({ ...rest, hosts: [first, ...mistakes.map(([bad], i) => ({ ...others[i], ...bad }))] });
    const { code, output } = await fleet.stack.run(["preview"]);
    assert.notEqual(code, 0);
    assert.match(output, new RegExp(`${mistakes.length} settings are not usable; nothing was touched:`));
    for (const [i, [, says]] of mistakes.entries()) assert.match(output, textMatcher(`hosts[${i + 1}].${says}`));
    assert.doesNotMatch(output, /at .*\.ts:\d+/, "no stack trace");
    assert.deepEqual(await logins(), before);
  });
});

function makeFiles(folder: string): Given {
  const at = (name: string) => join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "a passphrase", "-C", "", "-f", at("encrypted")]);
  execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-N", "", "-C", "", "-f", at("rsa")]);
  writeFileSync(at("not-a-key"), "this is no key\n");
  writeFileSync(at("wrong-password"), `not ${PASSWORD}\n`);
  const read = (name: string) => readFileSync(at(name), "utf8").trim();
  return {
    file: {
      gone: at("gone"),
      encrypted: at("encrypted"),
      public: at("encrypted.pub"),
      notAKey: at("not-a-key"),
      wrongPassword: at("wrong-password"),
    },
    otherKeys: { ed25519: read("encrypted.pub"), rsa: read("rsa.pub") },
  };
}

/** With the RSA keys alone. */
async function writeKnownHosts({ folder, hosts }: Fleet): Promise<void> {
  const entries = await Promise.all(
    hosts.map(async (host) => `${host.address} ${await host.read("/etc/ssh/ssh_host_rsa_key.pub")}`),
  );
  writeFileSync(join(folder, "known_hosts"), entries.join(""));
}

/** What would tell that a host was touched. */
interface Traces {
  etc: string;
  ours: string;
  configs: string[];
  logins: number;
}

async function tracesOf(host: Host): Promise<Traces> {
  const ours =
    "find /var/lib/ssh-keepalive /home -ls; ls -d /etc/ssh/*ssh-keepalive*; journalctl --sync; journalctl -q -g SIGHUP | wc -l";
  return {
    etc: await etcOf(host),
    logins: await host.acceptedLogins(),
    ours: (await host.run(ours)).stdout,
    configs: await Promise.all(
      CONFIGS.map(async (path) => Buffer.from((await host.run(`base64 ${path}`)).stdout, "base64").toString("latin1")),
    ),
  };
}

function withoutOurLines(config: string): string {
  return config.replace(/(\n)?# >>> ssh-keepalive [\s\S]*?\n# <<< ssh-keepalive [a-z]+\n/, (block, newline = "") =>
    block.includes("newline added before") ? "" : newline,
  );
}

async function breakHost(host: Host, breakIt = "true"): Promise<void> {
  await host.run("chpasswd", { input: `deploy:${PASSWORD}\n` });
  const { code, stderr } = await host.run(breakIt);
  assert.equal(code, 0, `${breakIt}: ${stderr}`);
}

/** As many hosts of the fleet. */
function settingsOf(fleet: Fleet, count: number, access: Record<string, object>): Record<string, unknown> {
  const knownHosts = join(fleet.folder, "known_hosts");
  const { hosts, ...rest } = fleet.settings({ knownHosts }, access);
  return { ...rest, hosts: (hosts as object[]).slice(0, count) };
}

/** `…` is anything on a line. */
function textMatcher(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*"));
}
