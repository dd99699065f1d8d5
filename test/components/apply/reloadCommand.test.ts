import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { LocalHost } from "../../support/localHost";
import { SHELLS } from "./shells";

const DESIRED = { server: { ClientAliveInterval: 60 } };

for (const { name, command, missing } of SHELLS)
  describe(`a command of the user's own that tells sshd, with ${name}${missing ? ` (skipped: ${missing})` : ""}`, function () {
    this.timeout(90_000);
    let host: LocalHost;
    let reloadCommand: string;

    before(function () {
      if (missing) this.skip();
    });
    beforeEach(async () => {
      host = await LocalHost.start(command);
      reloadCommand = host.file("tell");
    });
    afterEach(async () => {
      const leftovers = host?.leftovers();
      await host?.stop();
      assert.deepEqual(leftovers, [], "what the scripts left behind");
    });

    const reloads = () => host.read(host.file("sshd.log")).split("Received SIGHUP").length - 1;
    const pidFile = () => /^PidFile (.*)$/m.exec(host.read(host.sshdConfig))?.[1] as string;
    const planned = async () => {
      const { text } = await host.plan(DESIRED);
      return text.replace(/^(service .*)$/m, `$1\nreloadCommand ${reloadCommand}`);
    };
    const write = (line: string) => {
      writeFileSync(reloadCommand, `#!/bin/sh\n${line}\n`);
      chmodSync(reloadCommand, 0o755);
    };

    it("is run in place of what would be done otherwise, with a change and when that is undone", async () => {
      write(`kill -HUP "$(cat ${pidFile()})"; echo told >>${reloadCommand}.log`);
      const text = await planned();
      assert.equal((await host.apply(text)).status, "changed");
      assert.equal(reloads(), 1);
      assert.equal((await host.undo(text)).code, 0);
      assert.equal(host.read(`${reloadCommand}.log`), "told\ntold\n");
      assert.equal(reloads(), 2);
    });

    it("serves an sshd that nothing else knows", async () => {
      write(`kill -HUP "$(cat ${pidFile()})"`);
      const text = (await planned()).replace(/^service .*$/m, "service unknown -");
      assert.equal((await host.apply(text)).status, "changed");
      assert.equal((await host.undo(text)).code, 0);
      assert.equal(reloads(), 2);
    });

    it("is found out where it succeeds and tells nobody, and the files are as they were", async () => {
      write("true");
      const before = host.contents();
      const { status, cause } = await host.apply(await planned());
      assert.equal(status, "failed");
      assert.match(cause ?? "", /^sshd did not reload: it was told and has not read its files anew within 10 s/);
      assert.deepEqual(host.contents(), before);
    });
  });
