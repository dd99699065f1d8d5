import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Desired, Placement } from "../../../components/settings";
import { LocalHost } from "../../support/localHost";
import { type Users, usersUnavailable } from "../../support/users";

const DESIRED = { server: { ClientAliveInterval: 60 }, client: { ServerAliveInterval: 75 } };
const ALICE: Partial<Desired> = { parts: [{ role: "client", user: "alice", values: { ServerAliveInterval: 90 } }] };
const REJECTS = "echo 'it is not my day' >&2; exit 255";

describe("a change that fails half-way", function () {
  this.timeout(60_000);
  let host: LocalHost;
  let before: unknown[];

  beforeEach(async () => {
    host = await LocalHost.start();
    before = host.contents();
  });
  afterEach(async () => {
    const leftovers = host.leftovers();
    await host.stop();
    assert.deepEqual(leftovers, [], "what the scripts left behind");
  });

  /** The document with a program that does something else the n-th time that it is asked. */
  function withTrouble(text: string, program: "sshd" | "ssh", call: number, trouble: string): string {
    const [, path] = new RegExp(`^${program} (.*)$`, "m").exec(text) ?? [];
    const wrapper = host.file(`${program}.wrapper`);
    const count = host.file(`${program}.calls`);
    const script = `#!/bin/sh\necho >>${count}\nif [ "$(wc -l <${count})" -eq ${call} ]; then ${trouble}; fi\nexec ${path} "$@"\n`;
    writeFileSync(wrapper, script, { mode: 0o755 });
    return text.replace(new RegExp(`^${program} .*$`, "m"), `${program} ${wrapper}`);
  }

  async function failsWith(text: string, cause: RegExp): Promise<void> {
    const result = await host.apply(text);
    assert.equal(result.status, "failed");
    assert.match(result.cause ?? "", cause);
    assert.match(host.read(host.journal), /^state failed\ncause /m);
  }

  const steps: [title: string, program: "sshd" | "ssh", call: number, trouble: string, cause: RegExp][] = [
    [
      "sshd rejects the drop-in while it is not in place yet",
      "sshd",
      2,
      `ls "$(dirname "$0")/sshd_config.d" >"$0.seen"; ${REJECTS}`,
      /OpenSSH rejects the new .*sshd_config: it is not my day/,
    ],
    ["ssh rejects its new file", "ssh", 2, REJECTS, /OpenSSH rejects the new .*ssh_config: it is not my day/],
    ["sshd rejects the files that are in place", "sshd", 4, REJECTS, /OpenSSH rejects the new files: it is not my day/],
    ["ssh rejects the files that are in place", "ssh", 4, REJECTS, /OpenSSH rejects the new files: it is not my day/],
    [
      "a value is not in force afterwards",
      "sshd",
      4,
      "echo clientaliveinterval 5; exit 0",
      /after the change other settings would change/,
    ],
  ];
  for (const [title, program, call, trouble, cause] of steps)
    it(`leaves everything as it was where ${title}`, async () => {
      const { text } = await host.plan(DESIRED);
      await failsWith(withTrouble(text, program, call, trouble), cause);
      assert.deepEqual(host.contents(), before);
      if (call === 2 && program === "sshd") assert.equal(host.read(host.file("sshd.wrapper.seen")).trim(), "");
      assert.equal((await host.converge(DESIRED)).status, "changed", "the next run tries again");
    });

  it("leaves everything as it was where a value that is planned is not what comes into force", async () => {
    const { text } = await host.plan(DESIRED);
    const trouble = 'exec /usr/sbin/sshd "$@" -o ClientAliveInterval=5';
    await failsWith(withTrouble(text, "sshd", 4, trouble), /after the change clientaliveinterval 60 is not in force/);
    assert.deepEqual(host.contents(), before);
  });

  it("gives back the files that are changed already where one of the later ones was written to meanwhile", async () => {
    const { text } = await host.plan(DESIRED);
    const trouble = `echo '# meanwhile' >>${host.sshConfig}`;
    await failsWith(
      withTrouble(text, "ssh", 3, trouble),
      /ssh_config can't be replaced: it was changed meanwhile; run it again/,
    );
    assert.deepEqual(host.contents(), [before[0], undefined, `${before[2]}# meanwhile\n`]);
  });

  it("keeps what others write into a changed file meanwhile, and says so", async () => {
    const { text } = await host.plan(DESIRED);
    const trouble = `echo '# meanwhile' >>${host.dropIn}; ${REJECTS}`;
    await failsWith(
      withTrouble(text, "sshd", 4, trouble),
      /not my day; and .*00-ssh-keepalive\.conf was changed meanwhile, so it stays/,
    );
    assert.match(host.read(host.dropIn), /# meanwhile\n$/);
    assert.deepEqual([host.contents()[0], host.contents()[2]], [before[0], before[2]]);
  });

  it("keeps what could not be put back beside what an undo had kept, and both from then on", async () => {
    const { text } = await host.plan(DESIRED);
    await host.apply(text);
    host.edit(host.sshConfig, (content) => content.replace("ServerAliveInterval 75", "ServerAliveInterval 76"));
    assert.match((await host.undo(text)).stdout, /both sides are kept/);
    const again = (await host.plan(DESIRED)).text;
    const trouble = `echo '# meanwhile' >>${host.sshConfig}; ${REJECTS}`;
    await failsWith(withTrouble(again, "sshd", 4, trouble), /ssh_config was changed meanwhile, so it stays/);
    const kept = () => {
      const names = readdirSync(host.file(".")).filter((name) => name.startsWith("journal.saved."));
      return names.map((name) => (statSync(host.file(name)).isDirectory() ? "files" : host.read(host.file(name))));
    };
    const before = kept();
    assert.deepEqual([before.length, before.filter((what) => what === "files").length], [2, 1]);
    assert.match(before.join(), /^conflict .*ServerAliveInterval 76/m);
    await host.converge(DESIRED);
    assert.deepEqual(kept(), before);
  });

  it("gives back a drop-in that moved to the main file", async () => {
    await host.converge(DESIRED);
    const configured = host.contents();
    const { text } = await host.plan(DESIRED, undefined, { placement: Placement.Inline });
    await failsWith(withTrouble(text, "sshd", 4, REJECTS), /OpenSSH rejects the new files/);
    assert.deepEqual(host.contents(), configured);
  });

  describe("undoing", function () {
    this.timeout(60_000);
    async function staysWith(text: string, reason: RegExp): Promise<void> {
      const configured = host.contents();
      const { code, stderr } = await host.undo(text);
      assert.equal(code, 1);
      assert.match(stderr, reason);
      assert.deepEqual(host.contents(), configured);
      assert.ok(existsSync(host.journal));
    }

    it("leaves everything as it was where sshd rejects its files without our drop-in", async () => {
      const { text } = await host.plan(DESIRED);
      await host.apply(text);
      await staysWith(
        withTrouble(text, "sshd", 2, REJECTS),
        /without our lines sshd rejects its files, so they are back: it is not my day/,
      );
    });

    it("leaves everything as it was, and what was written to a file meanwhile", async () => {
      const { text } = await host.plan(DESIRED, undefined, { placement: Placement.Inline });
      await host.apply(text);
      const [main, , client] = host.contents();
      const trouble = `echo '# meanwhile' >>${host.sshdConfig}`;
      const { code, stderr } = await host.undo(withTrouble(text, "sshd", 1, trouble));
      assert.equal(code, 1);
      assert.match(stderr, /sshd_config can't be replaced: it was changed meanwhile; run it again/);
      assert.deepEqual(host.contents(), [`${main}# meanwhile\n`, undefined, client]);
    });
  });
});

describe(`a change that fails after a user's files${usersUnavailable() ? ` (skipped: ${usersUnavailable()})` : ""}`, function () {
  this.timeout(60_000);
  let host: LocalHost;
  let users: Users;

  before(function () {
    if (usersUnavailable()) this.skip();
  });
  beforeEach(async () => {
    ({ host, users } = await LocalHost.withUsers(["alice"]));
  });
  afterEach(() => host?.stop());

  it("takes a config that was made away again, with its folder", async () => {
    const { text } = await host.plan(DESIRED, undefined, ALICE);
    await host.stopSshd();
    assert.match((await host.apply(text)).cause ?? "", /sshd did not reload/);
    assert.deepEqual(readdirSync(users.home("alice")), []);
  });

  it("puts a config back that was there", async () => {
    const config = users.write("alice", ".ssh/config", "Host old\n    Port 23");
    const { text } = await host.plan(DESIRED, undefined, ALICE);
    await host.stopSshd();
    assert.match((await host.apply(text)).cause ?? "", /sshd did not reload/);
    assert.equal(readFileSync(config, "utf8"), "Host old\n    Port 23");
    assert.deepEqual(readdirSync(join(users.home("alice"), ".ssh")), ["config"]);
  });
});
