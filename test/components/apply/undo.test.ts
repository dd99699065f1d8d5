import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalHost } from "../../support/localHost";

const DESIRED = { server: { ClientAliveInterval: 60 }, client: { ServerAliveInterval: 75 } };
const DONE = { code: 0, stdout: "", stderr: "" };

describe("undoing", () => {
  let host: LocalHost;
  let original: (string | undefined)[];
  let text: string;

  async function start(command?: string[]): Promise<void> {
    host = await LocalHost.start(command);
    original = host.contents();
    ({ text } = await host.plan(DESIRED));
    await host.apply(text);
  }

  beforeEach(() => start());
  afterEach(async () => {
    const leftovers = host.leftovers();
    await host.stop();
    assert.deepEqual(leftovers, [], "what the scripts left behind");
  });

  it("keeps what others wrote meanwhile, also between our markers", async () => {
    host.edit(host.sshdConfig, (content) => `# above\n${content}`);
    host.edit(host.dropIn, (content) => content.replace("# <<<", "MaxSessions 7\n# <<<"));
    host.edit(host.sshConfig, (content) => content.replace("# <<<", "    Port 23\n# <<<"));
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(host.contents(), [
      `# above\n${original[0]}`,
      "MaxSessions 7\n",
      `${original[2]}Host *\n    Port 23\n`,
    ]);
  });

  it("gives back a file that had nothing but our lines, empty as it was", async () => {
    host.write(host.sshConfig, "");
    const { text } = await host.plan(DESIRED);
    await host.apply(text);
    assert.deepEqual(await host.undo(text), DONE);
    assert.equal(host.read(host.sshConfig), "");
  });

  it("finds our lines by their markers where the journal is lost", async () => {
    rmSync(host.journal);
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(host.contents(), original);
  });

  it("leaves a host alone that another resource holds", async () => {
    host.edit(host.journal, (content) => content.replace(/^resource .*/m, "resource fleet-renamed"));
    const before = [...host.contents(), host.read(host.journal)];
    const { code, stdout } = await host.undo(text);
    assert.deepEqual([code, stdout], [0, "project/stack fleet-renamed holds this host now; nothing was undone\n"]);
    assert.deepEqual([...host.contents(), host.read(host.journal)], before);
  });

  it("leaves another machine alone, and fails where that has lines of ours, as it would look done", async () => {
    const elsewhere = text.replace(/^machine .*/m, `machine ${"0".repeat(64)}`);
    const before = host.contents();
    const { code, stderr } = await host.undo(elsewhere);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^another machine answers here now, and .*00-ssh-keepalive\.conf has lines of ours; run up first/,
    );
    assert.deepEqual(host.contents(), before);
    await host.undo(text);
    const { code: done, stdout } = await host.undo(elsewhere);
    assert.deepEqual([done, stdout], [0, "another machine answers here now; it has nothing to undo\n"]);
  });

  it("of the machine that runs the program fails on another one, as it would look done", async () => {
    const elsewhere = text.replace(/^machine .*/m, `machine ${"0".repeat(64)}\nlocal yes`);
    const before = host.contents();
    rmSync(host.journal);
    const { code, stderr } = await host.undo(elsewhere);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^this is another machine than the one that was configured; run it there, or take the host out/,
    );
    assert.deepEqual(host.contents(), before);
  });

  it("does nothing with a plan cut short, and fails", async () => {
    const before = host.contents();
    const { code, stderr } = await host.undo(text.slice(0, -4));
    assert.deepEqual([code, stderr], [1, "the plan did not arrive whole; run it again"]);
    assert.deepEqual(host.contents(), before);
  });

  it("puts our lines back and fails where sshd does not come back from the reload", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    host.edit(host.sshdConfig, (content) => content.replace(/^Port .*$/m, `Port ${port}`));
    const before = host.contents();
    const { code, stderr } = await host.undo(text);
    taken.close();
    assert.equal(code, 1);
    assert.match(stderr, /sshd did not reload without our lines, so they are back: it did not come back within 10 s/);
    assert.deepEqual(host.contents(), before);
    assert.ok(statSync(host.journal).isFile());
  }).timeout(60_000);

  it("is done where sshd does not run, and does not take another program for it", async () => {
    const pidFile = host.file("sshd.pid");
    await host.stopSshd();
    const other = spawn("sleep", ["60"]);
    host.write(pidFile, `${other.pid}\n`);
    const { code, stdout } = await host.undo(text);
    assert.deepEqual([code, stdout], [0, "sshd does not run, so there was nothing to reload\n"]);
    assert.equal(host.read(host.sshdConfig), original[0]);
    assert.deepEqual([other.exitCode, other.signalCode], [null, null]);
    other.kill();
  });

  it("changes nothing and fails where sshd rejects the rest of its file", async () => {
    host.edit(host.sshdConfig, (content) => `NoSuchKeyword yes\n${content}`);
    const before = host.contents();
    const { code, stderr } = await host.undo(text);
    assert.equal(code, 1);
    assert.match(stderr, /without our lines sshd rejects .*nosuchkeyword/i);
    assert.deepEqual(host.contents(), before);
  });

  it("is done where the files are gone", async () => {
    rmSync(host.sshConfig);
    assert.deepEqual(await host.undo(text), DONE);
    assert.equal(host.read(host.sshdConfig), original[0]);
  });

  it("changes nothing and fails where the host's awk ends lines at a NUL byte and so miscounts", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-awk-"));
    const awk = `#!/bin/bash\ntr -d '\\000' <"\${@: -1}" | /usr/bin/awk "\${@:1:$#-1}"\n`;
    writeFileSync(join(folder, "awk"), awk, { mode: 0o755 });
    try {
      await host.stop();
      await start(["env", `PATH=${folder}:${process.env.PATH}`, "sh"]);
      host.edit(host.sshConfig, (content) => `# a\0b\n${content}`);
      const before = host.contents();
      const { code, stderr } = await host.undo(text);
      assert.equal(code, 1);
      assert.match(stderr, /ssh_config can't be read/);
      assert.deepEqual(host.contents(), before);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
