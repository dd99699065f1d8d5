import assert from "node:assert/strict";
import { renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LocalHost, until } from "../../support/localHost";

describe("what sshd has not read since it changed", function () {
  this.timeout(30_000);
  let host: LocalHost;
  let theirs: string;

  beforeEach(async () => {
    host = await LocalHost.start();
    theirs = host.file("sshd_config.d/50-theirs.conf");
    host.write(theirs, "# theirs\n");
    // A main file that is a link, as where a release of it is switched to.
    renameSync(host.sshdConfig, host.file("v1"));
    host.write(host.file("v2"), host.read(host.file("v1")));
    symlinkSync("v1", host.sshdConfig);
    await sleep(20);
    await reload();
  });
  afterEach(() => host.stop());

  async function reload(): Promise<void> {
    const pidFile = host.file("sshd.pid");
    const { ctimeMs } = statSync(pidFile);
    process.kill(Number(host.read(pidFile)), "SIGHUP");
    await until(() => (statSync(pidFile, { throwIfNoEntry: false })?.ctimeMs ?? ctimeMs) !== ctimeMs);
    await sleep(20);
  }

  it("is nothing right after a reload, and after our own", async () => {
    assert.deepEqual((await host.observe()).unread, []);
    await host.converge({ server: { ClientAliveInterval: 60 } });
    assert.deepEqual((await host.observe()).unread, []);
    assert.equal((await host.observe()).mayBeUnread, undefined);
  });

  const changes: [what: string, change: () => void, unread: () => string[]][] = [
    ["a file that was edited", () => host.edit(theirs, (content) => `${content}#\n`), () => [theirs]],
    [
      "a file that was added",
      () => host.write(host.file("sshd_config.d/60.conf"), "#\n"),
      () => [host.file("sshd_config.d/60.conf")],
    ],
    [
      "a link that leads elsewhere now",
      () => {
        rmSync(host.sshdConfig);
        symlinkSync("v2", host.sshdConfig);
      },
      () => [host.sshdConfig],
    ],
  ];
  for (const [what, change, unread] of changes)
    it(`is ${what}`, async () => {
      change();
      assert.deepEqual((await host.observe()).unread, unread());
    });

  it("may be something where a file was taken out of a folder", async () => {
    rmSync(theirs);
    const { unread, mayBeUnread } = await host.observe();
    assert.deepEqual([unread, mayBeUnread], [[], true]);
  });

  it("is not known of an sshd that writes no pid file", async () => {
    host.edit(host.file("v1"), (content) => content.replace(/^PidFile .*/m, "PidFile none"));
    const { unread, mayBeUnread } = await host.observe();
    assert.deepEqual([unread, mayBeUnread], [[], true]);
  });
});
