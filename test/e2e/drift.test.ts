import assert from "node:assert/strict";
import type { Run } from "../../examples/start/stack";
import { describeHosts, type Host } from "../hosts";
import { DROP_IN, effectiveOn, Fleet, WANTED } from "./fleet";
import { leavesConfigured, reloadsOf } from "./untouched";

interface Drift {
  title: string;
  /** What befalls the host; what it returns are settings that the host needs from then on. */
  befalls(host: Host): Promise<object | undefined>;
  /** What preview says of the host, beside that it would change. */
  shows: RegExp;
  /** How often its repair makes sshd take up its file anew. */
  reloads: number;
}

const SERVER = "/etc/ssh/sshd_config";
const CLIENT = "/etc/ssh/ssh_config";
const OURS = "/^# >>> ssh-keepalive/,/^# <<< ssh-keepalive/";

/** Something that a shell command on the host brings about. */
const by = (title: string, command: string, shows: RegExp, { reloads } = { reloads: 1 }): Drift => ({
  title,
  shows,
  reloads,
  async befalls(host) {
    const { code, stderr } = await host.run(`set -e; ${command}`);
    assert.equal(code, 0, stderr);
    return undefined;
  },
});

const moved = (to: string) => `sed -n '${OURS}p' ${SERVER} >/tmp/ours; sed -i '${OURS}d' ${SERVER}; ${to}`;
const TEMPLATE = "# Ansible managed\\nUsePAM yes\\nClientAliveInterval 600\\n";
const IN_FORCE = /ClientAliveInterval 300, ClientAliveCountMax 2;/;
const WAS_LOST = /ClientAliveInterval 0 → 300, ClientAliveCountMax 3 → 2/;

/** What befalls the three hosts at the same time, where ours are in a drop-in. */
const DROP_IN_ROUND: Record<string, Drift[]> = {
  "our drop-in is gone, shadowed or not read": [
    by("whose drop-in of ours was removed", `rm ${DROP_IN}`, WAS_LOST),
    by(
      "where a drop-in before ours shadows it",
      "echo 'ClientAliveInterval 30' >/etc/ssh/sshd_config.d/00-first.conf",
      /ClientAliveInterval 30 → 300.*[\s\S]*warning: \/etc\/ssh\/sshd_config\.d\/00-first\.conf:1 sets ClientAliveInterval 30: ours comes first/,
    ),
    by(
      "whose file was replaced by a template that includes no drop-ins",
      `printf '${TEMPLATE}' >/tmp/new; install -m 644 /tmp/new ${SERVER}`,
      /ClientAliveInterval 600 → 300, ClientAliveCountMax 3 → 2/,
    ),
  ],
};

/** The same, round after round, where ours are in the main file. */
const ROUNDS: Record<string, Drift[]> = {
  "our lines are gone or elsewhere": [
    by("whose lines of ours were removed", `sed -i '${OURS}d' ${SERVER} ${CLIENT}`, WAS_LOST),
    by(
      "whose lines of ours were moved below a Match",
      moved(`printf 'Match User ci\\n' | cat - /tmp/ours >>${SERVER}`),
      WAS_LOST,
    ),
    by(
      "whose file was replaced by a template",
      `printf '${TEMPLATE}' >/tmp/new; install -m 644 /tmp/new ${SERVER}`,
      /ClientAliveInterval 600 → 300, ClientAliveCountMax 3 → 2/,
    ),
  ],
  "lines of others come before ours": [
    by(
      "where a file that sshd_config includes first shadows ours",
      `mkdir /etc/ssh/first; echo 'ClientAliveInterval 30' >/etc/ssh/first/a.conf; sed -i '1i Include /etc/ssh/first/*.conf' ${SERVER}`,
      /ClientAliveInterval 30 → 300.*[\s\S]*warning: \/etc\/ssh\/first\/a\.conf:1 sets ClientAliveInterval 30: ours comes first/,
    ),
    by(
      "where a line above ours in ssh_config shadows it",
      `sed -i '1i ServerAliveCountMax 9' ${CLIENT}`,
      /ServerAliveInterval 300, ServerAliveCountMax 9 → 2/,
      { reloads: 0 },
    ),
    by(
      "where a file that ssh_config includes shadows ours",
      "echo 'ServerAliveInterval 15' >/etc/ssh/ssh_config.d/10-local.conf",
      /ServerAliveInterval 15 → 300[\s\S]*warning: \/etc\/ssh\/ssh_config\.d\/10-local\.conf:1 sets ServerAliveInterval 15/,
      { reloads: 0 },
    ),
  ],
  "markers, journal or machine are gone": [
    by(
      "that lost our begin marker in one file and our end marker in the other",
      `sed -i '/^# >>> ssh-keepalive/d' ${SERVER}; sed -i '/^# <<< ssh-keepalive/d' ${CLIENT}`,
      /\+# >>> ssh-keepalive server[\s\S]*\+# <<< ssh-keepalive client/,
    ),
    by("whose journal was lost", "rm -r /var/lib/ssh-keepalive", IN_FORCE, { reloads: 0 }),
    {
      title: "that is another machine by now, with a key of its own",
      shows: WAS_LOST,
      reloads: 1,
      async befalls(host) {
        await host.reset();
        const hostKey = "/etc/ssh/ssh_host_ed25519_key";
        await host.run(`rm ${hostKey}*; ssh-keygen -q -t ed25519 -N '' -C '' -f ${hostKey}`);
        await host.run("tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id");
        await host.reboot();
        return { hostKey: (await host.read(`${hostKey}.pub`)).toString().trim() };
      },
    },
  ],
  "the past is back": [
    by(
      "put back to its first content, times and all, with the journal in place",
      `rm -r ${SERVER} ${CLIENT}; cp -a /root/first/* /etc/ssh/`,
      WAS_LOST,
    ),
    by(
      "cut off after its files were changed and before sshd was told",
      "sed -i 's/^state applied/state applying/' /var/lib/ssh-keepalive/journal",
      IN_FORCE,
    ),
    by(
      "where a section for one host was written below ours, which leaves it without effect",
      `printf 'Host build.example\\n    ServerAliveInterval 20\\n' >>${CLIENT}`,
      /warning: \/etc\/ssh\/ssh_config:\d+ sets ServerAliveInterval 20 under "Host build\.example"/,
      { reloads: 0 },
    ),
  ],
};

describeHosts("drift is seen by preview and repaired by up", () => {
  let fleet: Fleet;
  const hostOver: Record<string, object> = {};
  let over = {};

  before(async () => {
    fleet = await Fleet.create(3);
    await fleet.host(0).run(`mkdir /root/first; cp -a ${SERVER} ${CLIENT} /root/first/`);
    await fleet.up();
  });
  after(() => fleet?.remove());

  happens(DROP_IN_ROUND);
  describe("the settings want ours in the main file", () => {
    it("up moves them there, out of the drop-ins, and no value changes", async () => {
      await fleet.host(1).run("rm /etc/ssh/sshd_config.d/00-first.conf");
      over = { placement: "inline" };
      fleet.stack.configure(fleet.settings(over, hostOver));
      await fleet.up();
      for (const host of fleet.hosts) {
        assert.deepEqual(await effectiveOn(host), WANTED);
        await hasWholeBlocks(host);
        assert.equal((await host.run("ls /etc/ssh/sshd_config.d | grep keepalive")).stdout, "", host.name);
      }
    });
  });
  happens(ROUNDS);

  function happens(rounds: Record<string, Drift[]>): void {
    for (const [title, round] of Object.entries(rounds)) describe(title, () => befalls(round));
  }

  function befalls(round: Drift[]): void {
    let preview: Run;
    let insisting: Run;
    let up: Run;
    let reloads: number[];

    before(async () => {
      for (const [i, drift] of round.entries()) {
        const needs = await drift.befalls(fleet.host(i));
        if (needs) hostOver[fleet.host(i).name] = needs;
      }
      fleet.stack.configure(fleet.settings(over, hostOver));
      const count = () => Promise.all(fleet.hosts.map(reloadsOf));
      const before = await count();
      preview = await fleet.stack.run(["preview"]);
      insisting = await fleet.stack.run(["preview", "--expect-no-changes"]);
      up = await fleet.stack.run(["up", "--yes", "--skip-preview"]);
      reloads = (await count()).map((after, i) => after - (before[i] as number));
    });

    for (const [i, { title, shows, reloads: wanted }] of round.entries())
      it(`a host ${title}`, async () => {
        const { name } = fleet.host(i);
        const told = new RegExp(`^ {4}${name}: would change$(?<of>[\\s\\S]*?)^ {4}(web-\\d|recap):`, "m");
        assert.match(told.exec(preview.output)?.groups?.of ?? `nothing of ${name}:\n${preview.output}`, shows);
        assert.deepEqual(await effectiveOn(fleet.host(i)), WANTED);
        assert.equal(reloads[i], wanted, "reloads of sshd");
        await hasWholeBlocks(fleet.host(i));
      });

    it("preview succeeds, and fails where no changes are expected; a second up has nothing to do", async () => {
      assert.equal(preview.code, 0, preview.output);
      assert.notEqual(insisting.code, 0, insisting.output);
      assert.equal(up.code, 0, up.output);
      assert.match(up.output, /recap: ok=0 changed=3 skipped=0 unreachable=0 failed=0/);
      await leavesConfigured(fleet.hosts, () => fleet.up("--expect-no-changes"));
    });
  }
});

/** Every block of ours that is in a file has both its markers, and each role has one. */
async function hasWholeBlocks(host: Host): Promise<void> {
  for (const files of [`${DROP_IN} ${SERVER}`, CLIENT]) {
    const { stdout } = await host.run(`cat ${files} | grep -oE '^# (>>>|<<<) ssh-keepalive' | tr -d ' a-z#\\n-'`);
    assert.match(stdout, /^(>>><<<)+$/, `${host.name}: ${files}`);
  }
}
