import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Desired } from "../../../components/settings";
import { LocalHost } from "../../support/localHost";
import { type Users, usersUnavailable } from "../../support/users";
import { SHELLS } from "./shells";

const DONE = { code: 0, stdout: "", stderr: "" };

/** What is wanted of alice's sessions. */
function sessions(secondsBetweenKeepalives: number, ...names: string[]): Partial<Desired> {
  return { parts: [{ role: "putty", user: "alice", secondsBetweenKeepalives, sessions: names }] };
}

for (const { name, command, missing = usersUnavailable() } of SHELLS)
  describe(`saved sessions of PuTTY with ${name}${missing ? ` (skipped: ${missing})` : ""}`, function () {
    this.timeout(60_000);
    let host: LocalHost;
    let users: Users;
    const at = (session: string) => join(users.home("alice"), ".putty", "sessions", session);
    const read = (session: string) => readFileSync(at(session), "latin1");
    const save = (session: string, content: string) => users.write("alice", `.putty/sessions/${session}`, content);

    before(function () {
      if (missing) this.skip();
    });
    beforeEach(async () => {
      ({ host, users } = await LocalHost.withUsers(["alice"], command));
    });
    afterEach(async () => {
      const leftovers = host?.leftovers();
      await host?.stop();
      assert.deepEqual(leftovers, [], "what the scripts left behind");
    });

    async function apply(desired: Partial<Desired>): Promise<string> {
      const { text } = await host.plan({}, undefined, desired);
      const { status, cause } = await host.apply(text);
      assert.equal(status, "changed", cause);
      return text;
    }

    const DB = "HostName=db\nPingInterval=0\nPingIntervalSecs=7\nUserName=caf\xe9";
    const WEB = "HostName=web\nPingIntervalSecs=0\n";
    const BARE = "HostName=bare\n";
    const FIRST = "PingInterval=0\nHostName=first\n";

    it("get minutes and seconds, and undone what they had, be it nothing", async () => {
      for (const [session, content] of [
        ["db", DB],
        ["my%20web", WEB],
        ["bare", BARE],
        ["first", FIRST],
      ] as const)
        save(session, content);
      const { mode, uid } = statSync(at("db"));
      const text = await apply(sessions(90, "*"));
      assert.equal(read("db"), "HostName=db\nPingInterval=1\nPingIntervalSecs=30\nUserName=caf\xe9");
      assert.equal(read("my%20web"), "PingInterval=1\nHostName=web\nPingIntervalSecs=30\n");
      assert.equal(read("bare"), "PingInterval=1\nPingIntervalSecs=30\nHostName=bare\n");
      assert.equal(read("first"), "PingIntervalSecs=30\nPingInterval=1\nHostName=first\n");
      const now = statSync(at("db"));
      assert.deepEqual([now.mode, now.uid], [mode, uid]);
      assert.ok((await host.plan({}, undefined, sessions(90, "*"))).settled);
      assert.deepEqual(await host.undo(text), DONE);
      assert.deepEqual(["db", "my%20web", "bare", "first"].map(read), [DB, WEB, BARE, FIRST]);
      assert.equal(existsSync(host.journal), false);
    });

    it("get back their first value, whatever was set since, where they are no longer wanted", async () => {
      save("db", "PingInterval=0\nPingIntervalSecs=7\n");
      save("web", WEB);
      await apply(sessions(90, "*"));
      await apply(sessions(0, "*"));
      assert.equal(read("db"), "PingInterval=0\nPingIntervalSecs=0\n");
      await apply(sessions(600, "web"));
      assert.deepEqual(
        [read("db"), read("web")],
        ["PingInterval=0\nPingIntervalSecs=7\n", "PingInterval=10\nHostName=web\nPingIntervalSecs=0\n"],
      );
      await apply({});
      assert.equal(read("web"), WEB);
    });

    it("made by us go again; what the user wrote there meanwhile stays", async () => {
      save("db", "");
      const text = await apply(sessions(90, "Default Settings"));
      assert.equal(read("Default%20Settings"), "PingInterval=1\nPingIntervalSecs=30\n");
      assert.equal(read("db"), "");
      assert.equal(statSync(at("Default%20Settings")).uid, users.uid("alice"));
      assert.deepEqual(await host.undo(text), DONE);
      assert.equal(existsSync(at("Default%20Settings")), false);
      const again = await apply(sessions(90, "Default Settings"));
      host.edit(at("Default%20Settings"), (content) => `${content}UserName=alice\n`);
      assert.deepEqual(await host.undo(again), DONE);
      assert.equal(read("Default%20Settings"), "UserName=alice\n");
    });

    it("keep what the user changed meanwhile, minutes and seconds as one, and may be gone", async () => {
      save("db", "PingInterval=0\nPingIntervalSecs=7\n");
      save("web", WEB);
      const text = await apply(sessions(90, "*"));
      host.edit(at("db"), (content) => content.replace("PingInterval=1", "PingInterval=5"));
      rmSync(at("web"));
      const { code, stdout } = await host.undo(text);
      assert.equal(code, 0);
      const both =
        'has "PingInterval=5 PingIntervalSecs=30 " where we had "PingInterval=1 PingIntervalSecs=30"; it stays';
      assert.ok(stdout.includes(both), stdout);
      assert.equal(read("db"), "PingInterval=5\nPingIntervalSecs=30\n");
      assert.equal(existsSync(at("web")), false);
    });
  });

describe(`saved sessions of PuTTY${usersUnavailable() ? ` (skipped: ${usersUnavailable()})` : ""}`, function () {
  this.timeout(60_000);
  let host: LocalHost;
  let users: Users;
  const at = (session: string) => join(users.home("alice"), ".putty", "sessions", session);
  const read = (session: string) => readFileSync(at(session), "latin1");

  before(function () {
    if (usersUnavailable()) this.skip();
  });
  beforeEach(async () => {
    ({ host, users } = await LocalHost.withUsers(["alice"]));
    users.write("alice", ".putty/sessions/db", "PingInterval=0\nPingIntervalSecs=7\n");
  });
  afterEach(() => host?.stop());

  it("that the user changed are drift, and brought back; the first value is still given back", async () => {
    await host.converge({}, sessions(90, "*"));
    host.edit(at("db"), (content) => content.replace("PingInterval=1", "PingInterval=5"));
    const { settled, plan } = await host.plan({}, undefined, sessions(90, "*"));
    assert.deepEqual([settled, plan.parts[0]?.before, plan.parts[0]?.after], [false, { db: 330 }, { db: 90 }]);
    await host.converge({}, sessions(90, "*"));
    assert.equal(read("db"), "PingInterval=1\nPingIntervalSecs=30\n");
    await host.converge({});
    assert.equal(read("db"), "PingInterval=0\nPingIntervalSecs=7\n");
  });

  it("are none in files with names that PuTTY gives none, where all are wanted", async () => {
    for (const name of ["<{%pwned%}>", "$(id)", "a;b", "caf\u00e9"])
      users.write("alice", `.putty/sessions/${name}`, "HostName=x\n");
    const { plan } = await host.plan({}, undefined, sessions(90, "*"));
    assert.deepEqual(plan.parts[0]?.before, { db: 7 });
  });

  it("saved meanwhile are set where all are wanted", async () => {
    await host.converge({}, sessions(90, "*"));
    users.write("alice", ".putty/sessions/new", "TermWidth=80\n");
    await host.converge({}, sessions(90, "*"));
    assert.equal(read("new"), "PingInterval=1\nPingIntervalSecs=30\nTermWidth=80\n");
  });

  const odd: [title: string, content: string, said: RegExp][] = [
    ["leading zeros", "PingInterval=007\nPingIntervalSecs=0\n", /db:1 is not as PuTTY writes it/],
    ["two lines of a key", "PingInterval=0\nX=y\nPingInterval=5\n", /db:3 is not/],
    ["a number that is none of PuTTY's", "PingIntervalSecs=99999999999999999\n", /db:1 is not/],
    ["blanks after it", "A=b\nPingInterval=1 \n", /db:2 is not/],
    ["line ends of DOS", "A=b\r\nPingInterval=1\r\n", /db:2 is not/],
    ["no line end", "A=b\nPingInterval=1", /db:2 is not/],
    ["nothing at all", "", /db is empty, which is not as PuTTY writes it/],
  ];
  for (const [title, content, said] of odd)
    it(`with ${title} are left alone, as they would not come back byte for byte`, async () => {
      host.edit(at("db"), () => content);
      await assert.rejects(host.plan({}, undefined, sessions(90, "*")), said);
      assert.equal(read("db"), content);
    });

  it("are undone where the user's part of the plan is all that is left of the host's journal", async () => {
    const { text } = await host.plan({}, undefined, sessions(90, "*"));
    await host.apply(text);
    rmSync(host.journal);
    assert.deepEqual(await host.undo(text), DONE);
    assert.equal(read("db"), "PingInterval=0\nPingIntervalSecs=7\n");
  });

  it("block no undo once their user is gone", async () => {
    const { text } = await host.plan({ client: { ServerAliveInterval: 9 } }, undefined, sessions(90, "*"));
    const original = host.contents();
    await host.apply(text);
    users.remove("alice");
    assert.deepEqual(await host.undo(text), DONE);
    assert.deepEqual(host.contents(), original);
  });

  it("are not written through a link to what is not the user's", async () => {
    const { text } = await host.plan({}, undefined, sessions(90, "*"));
    const theirs = join(users.home("alice"), "..", "db");
    host.write(theirs, "PingInterval=0\nPingIntervalSecs=7\n");
    rmSync(at("db"));
    symlinkSync(theirs, at("db"));
    const { status, cause } = await host.apply(text);
    assert.equal(status, "failed");
    assert.match(cause ?? "", /sessions\/db can't be changed: .*Permission denied/);
    assert.equal(host.read(theirs), "PingInterval=0\nPingIntervalSecs=7\n");
  });

  it("are put back where a later step of the same run fails", async () => {
    const { text } = await host.plan(
      { server: { ClientAliveInterval: 60 } },
      undefined,
      sessions(90, "*", "Default Settings"),
    );
    await host.stopSshd();
    assert.match((await host.apply(text)).cause ?? "", /sshd did not reload/);
    assert.equal(read("db"), "PingInterval=0\nPingIntervalSecs=7\n");
    assert.equal(existsSync(at("Default%20Settings")), false);
  });

  it("are none where the folder of sessions is empty, and nothing is made", async () => {
    rmSync(at("db"));
    mkdirSync(at("folder"));
    const { plan, settled } = await host.plan({}, undefined, sessions(90, "*"));
    assert.ok(settled);
    assert.equal(plan.parts[0]?.warnings[0]?.message, "alice has no saved session that * names");
  });
});
