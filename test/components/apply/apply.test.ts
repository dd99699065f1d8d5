import assert from "node:assert/strict";
import { once } from "node:events";
import { statSync } from "node:fs";
import { connect } from "node:net";
import { LocalHost } from "../../support/localHost";
import { SHELLS } from "./shells";

const DESIRED = { server: { ClientAliveInterval: 60, ClientAliveCountMax: 2 }, client: { ServerAliveInterval: 75 } };
const IN_FORCE = ["clientaliveinterval 60", "clientalivecountmax 2", "serveraliveinterval 75", "serveralivecountmax 3"];

for (const { name, command, missing } of SHELLS)
  describe(`a plan that a host carries out with ${name}${missing ? ` (skipped: ${missing})` : ""}`, function () {
    this.timeout(60_000);
    let host: LocalHost;

    before(function () {
      if (missing) this.skip();
    });
    beforeEach(async () => {
      host = await LocalHost.start(command);
    });
    afterEach(async () => {
      const leftovers = host?.leftovers();
      await host?.stop();
      assert.deepEqual(leftovers, [], "what the scripts left behind");
    });

    const stamps = () =>
      [host.sshdConfig, host.dropIn, host.sshConfig].map((path) => {
        const { ino, mtimeMs, ctimeMs } = statSync(path);
        return [path, ino, mtimeMs, ctimeMs];
      });

    it("puts the values in force, with the same sshd, which has read its file again and answers", async () => {
      const pid = host.read(host.file("sshd.pid"));
      const { text } = await host.plan(DESIRED);
      assert.deepEqual(await host.apply(text), {
        status: "changed",
        effective: {
          server: { ClientAliveInterval: 60, ClientAliveCountMax: 2 },
          client: { ServerAliveInterval: 75, ServerAliveCountMax: 3 },
        },
      });
      assert.deepEqual(host.effective().sort(), [...IN_FORCE].sort());
      assert.equal(host.read(host.file("sshd.pid")), pid);
      assert.match(host.read(host.file("sshd.log")), /Received SIGHUP; restarting/);
      const socket = connect(host.port, "127.0.0.1");
      const [banner] = await once(socket, "data");
      socket.destroy();
      assert.match(String(banner), /^SSH-2\.0-/);
    });

    it("is settled in a second run, which sends the same text; sent again, it changes no file and reloads nothing", async () => {
      const { text } = await host.plan(DESIRED);
      await host.apply(text);
      const before = [stamps(), host.read(host.file("sshd.log"))];
      for (let runs = 0; runs < 2; runs++) {
        const again = await host.plan(DESIRED);
        assert.ok(again.settled);
        assert.equal(again.text, text);
        const { status } = await host.apply(text);
        assert.equal(status, "unchanged");
      }
      assert.deepEqual([stamps(), host.read(host.file("sshd.log"))], before);
    });

    it("fails and changes nothing where a file was edited meanwhile; the next plan is another", async () => {
      const { text } = await host.plan(DESIRED);
      host.edit(host.sshConfig, (content) => `${content}# meanwhile\n`);
      const before = host.contents();
      const { status, cause } = await host.apply(text);
      assert.equal(status, "failed");
      assert.match(cause ?? "", /ssh_config was changed since it was read; run it again/);
      assert.deepEqual(host.contents(), before);
      const next = await host.plan(DESIRED);
      assert.ok(!next.settled);
      assert.notEqual(next.text, text);
      assert.equal((await host.apply(next.text)).status, "changed");
    });

    for (const [role, broken] of [
      ["server", "sshd_config.d/broken.conf"],
      ["client", "ssh_config.d/broken.conf"],
    ] as const)
      it(`fails in OpenSSH's words and changes nothing where the ${role}'s whole config is broken meanwhile`, async () => {
        host.edit(host.sshConfig, (content) => `Include ${host.file("ssh_config.d")}/*.conf\n${content}`);
        const { text } = await host.plan(DESIRED);
        host.write(host.file(broken), "NoSuchKeyword yes\n");
        const before = host.contents();
        const { status, cause } = await host.apply(text);
        assert.equal(status, "failed");
        assert.match(
          cause ?? "",
          /OpenSSH rejects the new .*broken\.conf.* line 1: .*configuration option: nosuchkeyword/i,
        );
        assert.deepEqual(host.contents(), before);
      });

    it("is undone to the last byte, and the journal with it", async () => {
      host.edit(host.sshConfig, (content) => `${content}\r\nHost caf\xe9\r\n\tPort 22`);
      const before = host.contents();
      const { text } = await host.plan(DESIRED);
      await host.apply(text);
      assert.notDeepEqual(host.contents(), before);
      assert.deepEqual(await host.undo(text), { code: 0, stdout: "", stderr: "" });
      assert.deepEqual(host.contents(), before);
      assert.throws(() => statSync(host.journal), /ENOENT/);
      assert.equal(host.read(host.file("sshd.log")).split("Received SIGHUP").length, 3);
    });
  });
