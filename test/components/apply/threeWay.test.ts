import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import fc from "fast-check";
import { LocalHost } from "../../support/localHost";

const DESIRED = { client: { ServerAliveInterval: 75, ServerAliveCountMax: 2 } };
const RUNS = 15;

/** What somebody does to the file once it has our lines. */
interface Edit {
  kind: "add" | "drop" | "other value" | "without us";
  at: number;
  line: string;
}

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("add", "drop", "other value", "without us"),
    at: fc.nat(40),
    line: fc.constantFrom("# caf\xe9", "", "Host other\n    Port 2222", "Compression yes", "    ConnectTimeout 5\r"),
  }),
  { maxLength: 5 },
);

describe("undoing, whatever others did in between", function () {
  this.timeout(180_000);
  let host: LocalHost;

  before(async () => {
    host = await LocalHost.start();
  });
  after(() => host?.stop());

  it("takes out what is ours, keeps what others changed, and keeps both sides of what both changed", async () => {
    const pristine = host.read(host.sshConfig);
    await fc.assert(
      fc.asyncProperty(edits, async (all) => {
        host.write(host.sshConfig, pristine);
        const { text } = await host.plan(DESIRED);
        await host.apply(text);
        const applied = host.read(host.sshConfig).split("\n");
        const first = applied.findIndex((line) => line.startsWith("# >>> ssh-keepalive"));
        const last = applied.findIndex((line) => line.startsWith("# <<< ssh-keepalive"));
        const [above, block, below] = [
          applied.slice(0, first),
          applied.slice(first, last + 1),
          applied.slice(last + 1),
        ];
        const theirs: string[] = [];
        for (const { kind, at, line } of all) {
          if (kind === "add") above.splice(at % (above.length + 1), 0, ...line.split("\n"));
          if (kind === "drop" && above.length > 0) above.splice(at % above.length, 1);
          const ours = block.findIndex((own) => /ServerAliveCountMax/.test(own));
          if (kind === "without us" && ours >= 0) block.splice(ours, 1);
          if (kind === "other value" && ours >= 0) block[ours] = `    ServerAliveCountMax ${100 + at}`;
        }
        const changed = block.find((own) => /ServerAliveCountMax 1\d\d/.test(own));
        if (changed) theirs.push(changed);
        host.write(host.sshConfig, [...above, ...block, ...below].join("\n"));
        const { code, stdout, stderr } = await host.undo(text);
        assert.equal(code, 0, stderr);
        assert.equal(host.read(host.sshConfig), [...above, ...below].join("\n"));
        assert.equal(existsSync(host.journal), theirs.length > 0);
        for (const line of theirs) {
          const told = `has "${line}" where we had "serveralivecountmax 2, serveraliveinterval 75"; it is gone`;
          assert.ok(stdout.includes(told), stdout);
          assert.ok(host.read(host.journal).includes(told));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("lets a later up take the host anew and keeps what others had made of our lines", async () => {
    const { text } = await host.plan(DESIRED, { owner: "other/stack", resource: "r", takeOver: false });
    const result = await host.apply(text);
    assert.equal(result.status, "changed");
    host.edit(host.sshConfig, (content) => content.replace(/ServerAliveInterval 75/, "ServerAliveInterval 76"));
    const { stdout } = await host.undo(text);
    assert.match(
      stdout,
      /others had changed what is ours; both sides are kept in .*journal:\n.*ServerAliveInterval 76/,
    );
    assert.equal((await host.converge(DESIRED)).status, "changed");
    const saved = readdirSync(dirname(host.journal)).filter((name) => name.startsWith("journal.saved."));
    assert.match(saved.map((name) => host.read(host.file(name))).join(""), /^conflict .*ServerAliveInterval 76/m);
  });
});
