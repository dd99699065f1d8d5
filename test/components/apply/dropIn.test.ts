import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Placement, Precedence } from "../../../components/settings";
import { LocalHost } from "../../support/localHost";
import { SHELLS } from "./shells";

const SERVER = { server: { ClientAliveInterval: 60 } };
const DONE = { code: 0, stdout: "", stderr: "" };
const LINES =
  "# >>> ssh-keepalive server (managed by Pulumi: edits between these lines are undone; file created)\n" +
  "ClientAliveInterval 60\n# <<< ssh-keepalive server\n";

for (const { name, command, missing } of SHELLS)
  describe(`our drop-in with ${name}${missing ? ` (skipped: ${missing})` : ""}`, function () {
    this.timeout(60_000);
    let host: LocalHost;
    let original: unknown[];
    const folder = () => join(host.dropIn, "..");

    before(function () {
      if (missing) this.skip();
    });
    beforeEach(async () => {
      host = await LocalHost.start(command);
      original = host.contents();
    });
    afterEach(async () => {
      const leftovers = host?.leftovers();
      await host?.stop();
      assert.deepEqual(leftovers, [], "what the scripts left behind");
    });

    it("is made for all to read, is all that changes, and goes again", async () => {
      const { text } = await host.plan(SERVER);
      assert.equal((await host.apply(text)).status, "changed");
      assert.deepEqual(host.contents(), [original[0], LINES, original[2]]);
      const { mode, uid, gid } = statSync(host.dropIn);
      assert.deepEqual([mode & 0o7777, uid, gid], [0o644, process.getuid?.(), process.getgid?.()]);
      assert.deepEqual(await host.undo(text), DONE);
      assert.deepEqual([host.contents(), readdirSync(folder())], [original, []]);
    });

    it("moves to the main file and back with the wanted placement, and its values stay in force", async () => {
      await host.converge(SERVER);
      const inline = await host.converge(SERVER, { placement: Placement.Inline });
      assert.equal(inline.effective.server?.ClientAliveInterval, 60, inline.cause);
      assert.equal(existsSync(host.dropIn), false);
      assert.match(host.read(host.sshdConfig), /^ClientAliveInterval 60$/m);
      assert.ok((await host.plan(SERVER)).settled, "auto leaves ours where they are");
      const { text } = await host.plan(SERVER, undefined, { placement: Placement.DropIn });
      const { status, cause } = await host.apply(text);
      assert.equal(status, "changed", cause);
      assert.deepEqual(host.contents(), [original[0], LINES, original[2]]);
      assert.deepEqual(await host.undo(text), DONE);
      assert.deepEqual(host.contents(), original);
    });

    it("wins over sections of others where precedence is enforced, and gives way again where it is not", async () => {
      const asBackup = () => host.effectiveFor("backup");
      await host.converge(SERVER);
      assert.deepEqual(asBackup(), ["clientaliveinterval 30"]);
      await host.converge(SERVER, { precedence: Precedence.Enforce });
      assert.deepEqual(asBackup(), ["clientaliveinterval 60"]);
      assert.ok((await host.plan(SERVER, undefined, { precedence: Precedence.Enforce })).settled);
      await host.converge(SERVER);
      assert.deepEqual(asBackup(), ["clientaliveinterval 30"]);
      assert.deepEqual(host.contents(), [original[0], LINES, original[2]]);
    });

    it("is never in place where the files as a whole are not valid with it", async () => {
      const { text } = await host.plan(SERVER);
      // Valid by itself, as our drop-in is, and not beside the same in the main file.
      host.edit(host.sshdConfig, (content) => `Subsystem sftp internal-sftp\n${content}`);
      host.write(join(folder(), "50-sftp.conf"), "Subsystem sftp /bin/false\n");
      const { status, cause } = await host.apply(text);
      assert.equal(status, "failed");
      assert.match(cause ?? "", /OpenSSH rejects the new .*sshd_config: .*Subsystem 'sftp' already defined/);
      assert.deepEqual(readdirSync(folder()), ["50-sftp.conf"]);
    });

    it("stays with what others wrote into it", async () => {
      const { text } = await host.plan(SERVER);
      await host.apply(text);
      host.edit(host.dropIn, (content) => `${content}MaxSessions 7\n`);
      assert.deepEqual(await host.undo(text), DONE);
      assert.equal(readFileSync(host.dropIn, "utf8"), "MaxSessions 7\n");
    });

    it("is made again where others took its lines and left the file", async () => {
      await host.converge(SERVER);
      host.write(host.dropIn, "# mine now\n");
      const { text } = await host.plan(SERVER);
      await host.apply(text);
      assert.ok((await host.plan(SERVER)).settled);
      assert.equal(host.effectiveFor("any")[0], "clientaliveinterval 60");
      assert.deepEqual(await host.undo(text), DONE);
      assert.equal(readFileSync(host.dropIn, "utf8"), "# mine now\n");
    });
  });
