import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import type { Desired } from "../../../components/settings";
import { LocalHost } from "../../support/localHost";
import { type Users, usersUnavailable } from "../../support/users";
import { SHELLS } from "./shells";

const ROLES = { client: { ServerAliveInterval: 75 } };
const ALICE: Partial<Desired> = {
  parts: [{ role: "client", user: "alice", values: { ServerAliveInterval: 90 }, hostPatterns: ["*.example"] }],
};
const DONE = { code: 0, stdout: "", stderr: "" };

for (const { name, command, missing = usersUnavailable() } of SHELLS)
  describe(`a user's own config with ${name}${missing ? ` (skipped: ${missing})` : ""}`, function () {
    this.timeout(60_000);
    let host: LocalHost;
    let users: Users;
    const config = () => join(users.home("alice"), ".ssh", "config");

    before(function () {
      if (missing) this.skip();
    });
    beforeEach(async () => {
      ({ host, users } = await LocalHost.withUsers(["alice", "bob"], command));
    });
    afterEach(async () => {
      const leftovers = host?.leftovers();
      await host?.stop();
      assert.deepEqual(leftovers, [], "what the scripts left behind");
    });

    const modeAndOwner = (path: string) => {
      const { mode, uid, gid } = statSync(path);
      return [(mode & 0o7777).toString(8), uid, gid];
    };

    it("is made with its folder, both the user's alone; undone they go again", async () => {
      const { text } = await host.plan(ROLES, undefined, ALICE);
      const { status, cause, effective } = await host.apply(text);
      assert.equal(status, "changed", cause);
      assert.deepEqual(effective["client:alice"], { ServerAliveInterval: 90, ServerAliveCountMax: 3 });
      const uid = users.uid("alice");
      assert.deepEqual(modeAndOwner(config()), ["600", uid, uid]);
      assert.deepEqual(modeAndOwner(join(config(), "..")), ["700", uid, uid]);
      assert.match(readFileSync(config(), "utf8"), /^Host \*\.example\n {4}ServerAliveInterval 90\n/m);
      assert.ok((await host.plan(ROLES, undefined, ALICE)).settled);
      assert.deepEqual(await host.undo(text), DONE);
      assert.deepEqual(readdirSync(users.home("alice")), []);
    });

    it("is removed with its folder where the user's part is no longer wanted, and the host's stays", async () => {
      await host.converge(ROLES, ALICE);
      const { status, cause } = await host.converge(ROLES);
      assert.equal(status, "changed", cause);
      assert.deepEqual(readdirSync(users.home("alice")), []);
      assert.match(host.read(host.sshConfig), /ServerAliveInterval 75/);
    });

    it("keeps its mode, its bytes and the link that leads to it; undone it is what it was", async () => {
      const mine = "# caf\xe9\r\nHost old.example\r\n\tServerAliveInterval 7";
      const dotfiles = users.write("alice", "dotfiles/ssh_config", mine, 0o640);
      mkdirSync(join(users.home("alice"), ".ssh"), { mode: 0o755 });
      symlinkSync("../dotfiles/ssh_config", config());
      const before = modeAndOwner(dotfiles);
      const { text } = await host.plan({}, undefined, ALICE);
      const { status, cause } = await host.apply(text);
      assert.equal(status, "changed", cause);
      assert.match(host.read(dotfiles), /ServerAliveInterval 90/);
      assert.deepEqual([readlinkSync(config()), modeAndOwner(dotfiles)], ["../dotfiles/ssh_config", before]);
      assert.deepEqual(await host.undo(text), DONE);
      assert.equal(host.read(dotfiles), mine);
      assert.deepEqual([readlinkSync(config()), modeAndOwner(dotfiles)], ["../dotfiles/ssh_config", before]);
    });
  });

describe(`a user's own config${usersUnavailable() ? ` (skipped: ${usersUnavailable()})` : ""}`, function () {
  this.timeout(60_000);
  let host: LocalHost;
  let users: Users;
  const config = () => join(users.home("alice"), ".ssh", "config");

  before(function () {
    if (usersUnavailable()) this.skip();
  });
  beforeEach(async () => {
    ({ host, users } = await LocalHost.withUsers(["alice", "bob"]));
  });
  afterEach(async () => {
    const leftovers = host?.leftovers();
    await host?.stop();
    assert.deepEqual(leftovers, [], "what the scripts left behind");
  });

  it("that we made stays with what the user wrote into it meanwhile", async () => {
    const { text } = await host.plan({}, undefined, ALICE);
    await host.apply(text);
    host.edit(config(), (content) => `${content}Host db.example\n    Port 23\n`);
    assert.deepEqual(await host.undo(text), DONE);
    assert.equal(readFileSync(config(), "utf8"), "Host db.example\n    Port 23\n");
  });

  it("that we made goes, and its folder stays with what the user put there meanwhile", async () => {
    const { text } = await host.plan({}, undefined, ALICE);
    await host.apply(text);
    users.write("alice", ".ssh/known_hosts", "");
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(readdirSync(join(users.home("alice"), ".ssh")), ["known_hosts"]);
  });

  it("goes by its markers alone where the journal is lost", async () => {
    const { text } = await host.plan(ROLES, undefined, ALICE);
    await host.apply(text);
    rmSync(host.journal);
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(readdirSync(users.home("alice")), []);
    assert.doesNotMatch(host.read(host.sshConfig), /ssh-keepalive/);
  });

  it("blocks no undo once its user is gone: all else is given back", async () => {
    const original = host.contents();
    const { text } = await host.plan(ROLES, undefined, ALICE);
    await host.apply(text);
    users.remove("alice");
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(host.contents(), original);
    assert.equal(existsSync(host.journal), false);
  });

  it("blocks no change once its user is gone and out of the settings", async () => {
    await host.converge(ROLES, ALICE);
    users.remove("alice");
    assert.ok((await host.plan(ROLES)).settled);
    const { status, cause } = await host.converge({ client: { ServerAliveInterval: 45 } });
    assert.equal(status, "changed", cause);
  });

  it("is written with its user's rights: where these don't suffice nothing changes anywhere", async () => {
    mkdirSync(join(users.home("alice"), ".ssh"), { mode: 0o755 });
    const before = host.contents();
    const { text } = await host.plan(ROLES, undefined, {
      parts: [...(ALICE.parts ?? []), { role: "client", user: "bob", values: { ServerAliveInterval: 9 } }],
    });
    const { status, cause } = await host.apply(text);
    assert.equal(status, "failed");
    assert.match(cause ?? "", /alice\/\.ssh\/config can't be changed: .*Permission denied/);
    assert.deepEqual([host.contents(), readdirSync(users.home("bob"))], [before, []]);
  });

  it("that is swapped for a link to a file of root's is not written through", async () => {
    const secret = host.file("secret");
    host.write(secret, "# root's\n");
    chmodSync(secret, 0o600);
    users.write("alice", ".ssh/config", "");
    const { text } = await host.plan({}, undefined, ALICE);
    rmSync(config());
    symlinkSync(secret, config());
    const { status, cause } = await host.apply(text);
    assert.equal(status, "failed");
    assert.match(cause ?? "", /config can't be read: .*Permission denied/);
    assert.equal(host.read(secret), "# root's\n");
  });

  it("whose folder is swapped for a link to one of root's makes no file there, and removes none", async () => {
    users.write("alice", ".ssh/config", "");
    const { text } = await host.plan({}, undefined, ALICE);
    await host.apply(text);
    const theirs = host.file("root");
    mkdirSync(theirs, { mode: 0o755 });
    host.write(join(theirs, "config"), readFileSync(config(), "utf8"));
    const before = [readdirSync(theirs), host.read(join(theirs, "config"))];
    renameSync(join(users.home("alice"), ".ssh"), join(users.home("alice"), "mine"));
    symlinkSync(theirs, join(users.home("alice"), ".ssh"));
    const { code, stderr } = await host.undo(text);
    assert.equal(code, 1);
    assert.match(stderr, /config can't be changed: .*Permission denied/);
    assert.deepEqual([readdirSync(theirs), host.read(join(theirs, "config"))], before);
  });

  it("that is a pipe by now is not waited for", async function () {
    this.timeout(20_000);
    users.write("alice", ".ssh/config", "");
    const { text } = await host.plan({}, undefined, ALICE);
    rmSync(config());
    execFileSync("mkfifo", [config()]);
    const { status, cause } = await host.apply(text);
    assert.equal(status, "failed");
    assert.match(cause ?? "", /config can't be read: it is no regular file/);
  });

  it("that grew without bound is not taken as a whole", async function () {
    this.timeout(60_000);
    users.write("alice", ".ssh/config", "");
    const { text } = await host.plan({}, undefined, ALICE);
    truncateSync(config(), 1 << 30);
    const { status, cause } = await host.apply(text);
    assert.equal(status, "failed");
    assert.match(cause ?? "", /config (can't be read|was changed since it was read)/);
  });
});
