import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Report } from "../../components/verify/reportSchema";
import { Stack } from "../../examples/start/stack";
import { REPORT_SCHEMA_FILE } from "../../tools/docs/reportSchema";
import { describeHosts } from "../hosts";
import { runDir } from "../hosts/isolation";
import { Crowd, SSHD_CONFIG } from "./crowd";
import { CLIENT, SERVER } from "./fleet";

const PULUMI = process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi";
const SCHEMA = "ssh-keepalive/report/1";
const RECAP = "recap: ok=0 changed=41 skipped=0 unreachable=1 failed=0";
/** The engine would end with a panic at this if it took it for a directive of ours. */
const HOSTILE = "# <{%pwned%}> \u001b[2J";
const MATCH = "Match User backup\n    ClientAliveInterval 30\n";
const DIFF = `--- /etc/ssh/sshd_config\tnow
+++ /etc/ssh/sshd_config\twanted
@@ -1,3 +1,7 @@
+# >>> ssh-keepalive server (managed by Pulumi: edits between these lines are undone)
+ClientAliveInterval 300
+ClientAliveCountMax 2
+# <<< ssh-keepalive server
 AuthorizedKeysFile /etc/ssh/authorized_keys
 HostKey /etc/ssh/host_key
 StrictModes no`;

describeHosts("what a user sees of forty hosts and two odd ones", () => {
  let folder: string;
  let crowd: Crowd;
  let stack: Stack;
  let piped: string;

  before(async function () {
    this.timeout(120_000);
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-crowd-"));
    crowd = new Crowd(folder, readFileSync(join(runDir, "key.pub"), "utf8"));
    const hosts: Record<string, unknown>[] = [];
    for (let i = 1; i <= 40; i++) hosts.push(await crowd.start(`web-${String(i).padStart(2, "0")}`, `127.1.0.${i}`));
    hosts.push(await crowd.start("backup", "127.1.1.1", `${HOSTILE}\n${SSHD_CONFIG}${MATCH}`));
    hosts.push({ ...hosts[0], name: "dead", address: "127.1.1.2" });
    stack = new Stack({ pulumi: PULUMI, env: {} }, "crowd", folder, () => {});
    const settings = { hosts, server: SERVER, client: CLIENT, connectTimeout: 5 };
    await stack.create(settings, readFileSync(join(runDir, "key"), "utf8"));
    piped = preview(["--non-interactive"]);
  });
  after(async () => {
    await crowd?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the engine writes to a pipe or, by `script`, to a terminal. */
  function preview(options: string[], terminal = false): string {
    const command = [PULUMI, "preview", "--stack", "crowd", "--config-file", join(folder, "Pulumi.crowd.yaml")];
    const words = [...command, ...options];
    const [program, ...args] = terminal ? ["script", "-qec", words.join(" "), "/dev/null"] : words;
    const env = { ...process.env, PULUMI_BACKEND_URL: `file://${stack.state}`, PULUMI_CONFIG_PASSPHRASE: "crowd" };
    const run = spawnSync(program as string, args, {
      env: { ...env, TERM: "xterm-256color" },
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      input: "",
    });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    return run.stdout;
  }

  it("is one heading and one diff for those with one and the same change", () => {
    const [, told = ""] = piped.split("\nDiagnostics:\n");
    const unindented = told.replaceAll("\n    ", "\n");
    assert.ok(unindented.includes("\nweb-01 … web-40 (40 hosts): would change\n  server (sshd -T): "), told);
    assert.equal(told.split("+ClientAliveInterval 300").length - 1, 2, "one diff for the forty and one for backup");
    assert.ok(unindented.includes(DIFF.replaceAll(/^/gm, "    ")), told);
    assert.match(unindented, /\nbackup: would change\n/);
    assert.match(
      unindented,
      /\n {2}warning: \/etc\/ssh\/sshd_config:8 sets ClientAliveInterval 30 under "Match User backup"/,
    );
    assert.match(unindented, /\ndead: unreachable: 127\.1\.1\.2:22 does not answer/);
    assert.ok(unindented.includes(`\n${RECAP}\n`), told);
  });

  it("is no JSON and no colour in a pipe", () => {
    assert.ok(!piped.includes(SCHEMA), "the document for programs is shown to people");
    assert.ok(!piped.includes("\u001b["), "there is colour in a pipe");
    assert.ok(!piped.includes("<{%"), "there are directives in a pipe");
  });

  it("is colour in a terminal, still no JSON, and nothing that a host put in", () => {
    const text = preview([], true);
    assert.ok(text.includes("\u001b[38;5;2m+ClientAliveInterval 300\u001b[0m"), text);
    assert.ok(text.includes("\u001b[38;5;3mwould change\u001b[0m"), text);
    assert.ok(text.includes("\u001b[38;5;1munreachable=1\u001b[0m"), text);
    assert.ok(text.includes("# \\u{3c}{%pwned%}> \\u{1b}[2J"), text);
    assert.ok(!text.includes(SCHEMA), text);
  });

  it("is in preview --json the same again, as one document of the published form", () => {
    const { diagnostics } = JSON.parse(preview(["--json"])) as { diagnostics: { urn: string; message: string }[] };
    const ours = diagnostics.filter(({ urn }) => urn.endsWith("::ssh-keepalive:index:SshKeepalive::fleet"));
    const documents = ours.flatMap(({ message }) => {
      try {
        return [JSON.parse(message)];
      } catch {
        return [];
      }
    });
    assert.equal(documents.length, 1);
    z.fromJSONSchema(JSON.parse(readFileSync(REPORT_SCHEMA_FILE, "utf8"))).parse(documents[0]);
    const report: Report = documents[0];
    assert.equal(report.schema, SCHEMA);
    assert.equal(report.preview, true);
    const [text = ""] = ours.map(({ message }) => message);
    const byName = new Map(report.hosts.map((host) => [host.name, host]));
    assert.equal(byName.size, 42);
    for (let i = 1; i <= 40; i++) {
      const { outcome, roles } = byName.get(`web-${String(i).padStart(2, "0")}`) ?? assert.fail(`no web-${i}`);
      assert.equal(outcome, "changed");
      assert.deepEqual(
        roles.map(({ role, path, after, warnings }) => ({ role, path, after, warnings })),
        [
          {
            role: "server",
            path: "/etc/ssh/sshd_config",
            after: { ClientAliveInterval: 300, ClientAliveCountMax: 2 },
            warnings: [],
          },
          {
            role: "client",
            path: "/etc/ssh/ssh_config",
            after: { ServerAliveInterval: 300, ServerAliveCountMax: 2 },
            warnings: [],
          },
        ],
      );
      assert.equal(roles[0]?.diff, DIFF);
    }
    for (const { reason, roles } of report.hosts) {
      if (reason) assert.ok(text.includes(reason), `the text does not say ${reason}`);
      for (const { diff = "", warnings } of roles) {
        for (const line of diff.split("\n")) assert.ok(text.includes(`    ${line}`), `the text does not show ${line}`);
        for (const { file, line, message } of warnings) assert.ok(text.includes(`${file}:${line} ${message}`), message);
      }
    }
    const recap = Object.entries(report.recap).map(([outcome, count]) => `${outcome}=${count}`);
    assert.equal(`recap: ${recap.join(" ")}`, RECAP);
    assert.equal(
      ours.at(-1)?.message.trim(),
      RECAP,
      "the recap is the last message, which the engine shows in the row",
    );
  });

  it("is after up one line of values for all that were changed, and again for all that are ok", async function () {
    this.timeout(120_000);
    const { code, output } = await stack.run(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0, "the dead host fails the run");
    assert.match(output, /1 of 42 hosts could not be dealt with:\s+dead unreachable: 127\.1\.1\.2:22 does not answer/);
    const values = "server (sshd -T): ClientAliveInterval 0 → 300, ClientAliveCountMax 3 → 2";
    assert.match(output, /web-01 … web-40 \(40 hosts\): changed\n/);
    assert.equal(output.split(values).length - 1, 2, "the values of the forty, and those of backup");
    assert.match(await stack.expect(["preview"]), /web-01 … web-40 \(40 hosts\): ok\n/);
  });
});
