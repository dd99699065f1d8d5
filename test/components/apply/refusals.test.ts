import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { LocalHost } from "../../support/localHost";

const DESIRED = { server: { ClientAliveInterval: 60 }, client: { ServerAliveInterval: 75 } };

describe("a host that carries out a plan", () => {
  let host: LocalHost;

  beforeEach(async () => {
    host = await LocalHost.start();
  });
  afterEach(async () => {
    const leftovers = host.leftovers();
    await host.stop();
    assert.deepEqual(leftovers, [], "what the scripts left behind");
  });

  it("refuses one made for another machine, and keeps its journal as it is", async () => {
    await host.converge(DESIRED);
    const before = [...host.contents(), host.read(host.journal)];
    const { text } = await host.plan({ server: { ClientAliveInterval: 90 } });
    const elsewhere = text.replace(/^machine .*/m, `machine ${"0".repeat(64)}`);
    await assert.rejects(host.apply(elsewhere), /another machine answers here than the one that was read/);
    assert.deepEqual([...host.contents(), host.read(host.journal)], before);
  });

  it("does nothing with one that arrives cut short, and does not say that it was done", async () => {
    const before = host.contents();
    const { text } = await host.plan(DESIRED);
    for (const part of ["", text.slice(0, -4), text.slice(0, text.indexOf("splice"))])
      await assert.rejects(host.apply(part), /did not arrive whole; run it again/);
    assert.deepEqual(host.contents(), before);
    assert.throws(() => statSync(host.journal), /ENOENT/);
  });

  it("refuses one of another owner's until that owner takes it over", async () => {
    const other = { owner: "project/other", resource: "fleet-local", takeOver: false };
    const { text } = await host.plan(DESIRED, other);
    await host.converge(DESIRED);
    const refused = await host.apply(text);
    assert.equal(refused.cause, "project/stack fleet-local has taken this host meanwhile");
    const taken = await host.plan(DESIRED, { ...other, takeOver: true });
    assert.equal((await host.apply(taken.text)).status, "changed");
    assert.match(host.read(host.journal), /^owner project\/other$/m);
  });

  it("that it refused is another one next time, so that the engine sends it, until one is carried out", async () => {
    const other = { owner: "project/other", resource: "fleet-local", takeOver: false };
    await host.converge(DESIRED);
    const { text } = await host.plan(DESIRED, other);
    assert.equal((await host.plan(DESIRED, other)).text, text);
    assert.equal((await host.apply(text)).status, "failed");
    const again = await host.plan(DESIRED, other);
    assert.notEqual(again.text, text);
    assert.equal((await host.apply(again.text)).status, "failed");
    assert.ok(![text, again.text].includes((await host.plan(DESIRED, other)).text));
    await host.converge({ server: { ClientAliveInterval: 90 } });
    assert.ok(!existsSync(`${host.journal}.refused`));
  });

  it("changes no file and reloads nothing where the same settings come from another resource or owner", async () => {
    await host.converge(DESIRED);
    const before = [...host.contents(), host.read(host.file("sshd.log"))];
    for (const over of [{ resource: "fleet-renamed" }, { owner: "project/other", takeOver: true }]) {
      const sender = { owner: "project/stack", resource: "fleet-local", takeOver: false, ...over };
      const { text, settled } = await host.plan(DESIRED, sender);
      assert.ok(!settled);
      assert.equal((await host.apply(text)).status, "changed");
      assert.deepEqual([...host.contents(), host.read(host.file("sshd.log"))], before);
      const kept = host.read(host.journal);
      assert.ok(kept.includes(`owner ${sender.owner}\nresource ${sender.resource}\ndocument\n`));
    }
  });

  it("does nothing on a plan that says that there is nothing to do", async () => {
    const { text } = await host.plan({});
    assert.deepEqual(await host.apply(text), { status: "unchanged", effective: {} });
    assert.throws(() => statSync(host.journal), /ENOENT/);
  });

  it("keeps a file's mode and owner", async () => {
    const owner = process.getuid?.() === 0 ? 65534 : (process.getuid?.() as number);
    for (const path of [host.sshdConfig, host.sshConfig]) {
      chmodSync(path, 0o664);
      chownSync(path, owner, process.getgid?.() as number);
    }
    assert.equal((await host.converge(DESIRED)).status, "changed");
    for (const path of [host.sshdConfig, host.sshConfig]) {
      const { mode, uid } = statSync(path);
      assert.deepEqual([mode & 0o7777, uid], [0o664, owner]);
    }
  });

  it("edits what a symbolic link points to and keeps the link", async () => {
    renameSync(host.sshConfig, host.file("ssh_config.real"));
    symlinkSync("ssh_config.real", host.sshConfig);
    const { text } = await host.plan(DESIRED);
    assert.equal((await host.apply(text)).status, "changed");
    assert.equal(readlinkSync(host.sshConfig), "ssh_config.real");
    assert.match(host.read(host.file("ssh_config.real")), /ServerAliveInterval 75/);
    assert.equal((await host.undo(text)).code, 0);
    assert.ok(lstatSync(host.sshConfig).isSymbolicLink());
    assert.doesNotMatch(host.read(host.sshConfig), /ssh-keepalive/);
  });

  it("works where sshd warns of options that are gone", async () => {
    host.edit(host.sshdConfig, (content) => `UsePrivilegeSeparation yes\n${content}`);
    const { status, effective } = await host.converge(DESIRED);
    assert.deepEqual([status, effective.server?.ClientAliveInterval], ["changed", 60]);
  });

  it("puts back what was there and says so where sshd does not reload", async () => {
    const before = host.contents();
    const { text } = await host.plan(DESIRED);
    await host.stopSshd();
    const { status, cause } = await host.apply(text);
    assert.equal(status, "failed");
    assert.match(cause ?? "", /sshd did not reload: no sshd runs under .*; and sshd did not reload after that/);
    assert.deepEqual(host.contents(), before);
    assert.match(host.read(host.journal), /^state failed\ncause sshd did not reload/m);
  });

  it("changes nothing where its journal can't be written", async () => {
    const before = host.contents();
    const { text } = await host.plan(DESIRED);
    writeFileSync(host.file("occupied"), "");
    const nowhere = text.replace(/^journal .*/m, `journal ${host.file("occupied")}/journal`);
    await assert.rejects(host.apply(nowhere), /journal\.lock can't be had: .*occupied/);
    assert.deepEqual(host.contents(), before);
  });

  it("changes nothing where the new file would not have the planned values in force", async () => {
    const before = host.contents();
    const { text } = await host.plan(DESIRED);
    const { status, cause } = await host.apply(
      text.replace(/^expect client .*/m, "expect client serveraliveinterval 76"),
    );
    assert.equal(status, "failed");
    assert.match(cause ?? "", /with the new .*ssh_config serveraliveinterval 76 is not in force/);
    assert.deepEqual(host.contents(), before);
  });
});
