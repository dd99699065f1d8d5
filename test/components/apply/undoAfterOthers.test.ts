import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Desired } from "../../../components/settings";
import { LocalHost } from "../../support/localHost";
import { type Users, usersUnavailable } from "../../support/users";

const DESIRED = { server: { ClientAliveInterval: 60 }, client: { ServerAliveInterval: 75 } };
const DONE = { code: 0, stdout: "", stderr: "" };

describe("undoing after others did something to the host", function () {
  this.timeout(60_000);
  let host: LocalHost;
  let original: unknown[];
  let text: string;

  beforeEach(async () => {
    host = await LocalHost.start();
    original = host.contents();
    ({ text } = await host.plan(DESIRED));
    await host.apply(text);
  });
  afterEach(async () => {
    const leftovers = host.leftovers();
    await host.stop();
    assert.deepEqual(leftovers, [], "what the scripts left behind");
  });

  it("takes our drop-in out where it was renamed, and copies of it that sshd reads", async () => {
    const [renamed, copy] = ["01-x.conf", "10-copy.conf"].map((name) => host.file(`sshd_config.d/${name}`));
    renameSync(host.dropIn, renamed as string);
    copyFileSync(renamed as string, copy as string);
    host.edit(copy as string, (content) => `${content}# theirs\n`);
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(host.contents(), original);
    assert.ok(!existsSync(renamed as string));
    assert.equal(host.read(copy as string), "# theirs\n");
    assert.match(host.effective().join(), /clientaliveinterval 0/);
  });

  it("takes the values of a change that failed for what they are: ours, and not what others had made of them", async () => {
    const failing = host.file("sshd.wrapper");
    writeFileSync(failing, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const next = (await host.plan({ ...DESIRED, server: { ClientAliveInterval: 90 } })).text;
    assert.equal((await host.apply(next.replace(/^sshd .*$/m, `sshd ${failing}`))).status, "failed");
    assert.match(host.read(host.dropIn), /ClientAliveInterval 60/);
    // The stack has what it sent last.
    assert.deepEqual(await host.undo(next), DONE);
    assert.deepEqual(host.contents(), original);
    assert.ok(!existsSync(host.journal));
  });

  it("does nothing by a journal that others could have written, and says so", async () => {
    const configured = host.contents();
    chmodSync(host.journal, 0o666);
    const { code, stderr } = await host.undo(text);
    assert.equal(code, 1);
    assert.match(stderr, /journal could have been written by others; see that nobody but root can write it/);
    assert.deepEqual(host.contents(), configured);
    chmodSync(host.journal, 0o600);
    assert.deepEqual(await host.undo(text), DONE);
  });

  it("is not kept from it by a journal of another machine, as an image may have it", async () => {
    host.edit(host.journal, (content) =>
      content.replace(/^resource .*$/gm, "resource fleet-image").replace(/^machine .*$/m, `machine ${"0".repeat(64)}`),
    );
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(host.contents(), original);
    assert.ok(!existsSync(host.journal));
  });
});

describe(`undoing where a user's part was taken out before${usersUnavailable() ? ` (skipped: ${usersUnavailable()})` : ""}`, function () {
  this.timeout(60_000);
  const ALICE: Partial<Desired> = { parts: [{ role: "client", user: "alice", values: { ServerAliveInterval: 90 } }] };
  let host: LocalHost;
  let users: Users;

  before(function () {
    if (usersUnavailable()) this.skip();
  });
  beforeEach(async () => {
    ({ host, users } = await LocalHost.withUsers(["alice"]));
  });
  afterEach(() => host?.stop());

  it("is not kept from the rest by what that user has put there since", async () => {
    const original = host.contents();
    const config = users.write("alice", ".ssh/config", "Host old\n    Port 23\n");
    await host.converge(DESIRED, ALICE);
    const { text } = await host.plan(DESIRED);
    assert.equal((await host.apply(text)).status, "changed");
    assert.equal(host.read(config), "Host old\n    Port 23\n");
    rmSync(config);
    execFileSync("mkfifo", [config]);
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(host.contents(), original);
  });

  it("fails where that user's part is still ours to undo, and says where", async () => {
    const { text } = await host.plan(DESIRED, undefined, ALICE);
    await host.apply(text);
    const config = join(users.home("alice"), ".ssh/config");
    rmSync(config);
    execFileSync("mkfifo", [config]);
    const { code, stderr } = await host.undo(text);
    assert.equal(code, 1);
    assert.match(stderr, /\.ssh\/config can't be read: it is no regular file/);
  });
});

describe(`a host with a layout of its own${usersUnavailable() ? ` (skipped: ${usersUnavailable()})` : ""}`, function () {
  this.timeout(60_000);
  let host: LocalHost;

  before(function () {
    if (usersUnavailable()) this.skip();
  });
  beforeEach(async () => {
    host = await LocalHost.start();
  });
  afterEach(() => host?.stop());

  it("is changed and undone where its folder of drop-ins is a link to one that is root's alone", async () => {
    const folder = host.file("sshd_config.d");
    renameSync(folder, host.file("rd"));
    symlinkSync("rd", folder);
    const original = host.contents();
    const { text } = await host.plan(DESIRED);
    const { status, cause } = await host.apply(text);
    assert.equal(status, "changed", cause);
    assert.match(host.read(host.file("rd/00-ssh-keepalive.conf")), /ClientAliveInterval 60/);
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(host.contents(), original);
  });

  it("is changed and undone where a config is a mount of its own, as in containers", async () => {
    const original = host.contents();
    execFileSync("mount", ["--bind", host.sshConfig, host.sshConfig]);
    try {
      const { text } = await host.plan(DESIRED);
      const { status, cause } = await host.apply(text);
      assert.equal(status, "changed", cause);
      assert.match(host.read(host.sshConfig), /ServerAliveInterval 75/);
      assert.deepEqual(await host.undo(text), DONE);
      assert.deepEqual(host.contents(), original);
    } finally {
      execFileSync("umount", [host.sshConfig]);
    }
  });

  it("is changed where some settings are for one local port only", async () => {
    host.edit(host.sshdConfig, (content) => `${content}Match LocalPort 2222\n    X11Forwarding yes\n`);
    const { status, cause } = await host.converge(DESIRED);
    assert.equal(status, "changed", cause);
  });
});
