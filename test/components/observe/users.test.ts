import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import type { PresentUser, UserObservation } from "../../../components/observe";
import type { DesiredPart } from "../../../components/settings";
import { desire } from "../../support/desired";
import { LocalHost } from "../../support/localHost";
import { type Users, usersUnavailable } from "../../support/users";

const client = (user: string): DesiredPart => ({ role: "client", user, values: { ServerAliveInterval: 60 } });
const putty = (user: string): DesiredPart => ({
  role: "putty",
  user,
  secondsBetweenKeepalives: 60,
  sessions: ["*"],
});

describe(`reading what is a user's${usersUnavailable() ? ` (skipped: ${usersUnavailable()})` : ""}`, function () {
  this.timeout(60_000);
  let host: LocalHost;
  let users: Users;
  const at = (path: string) => join(users.home("alice"), path);

  before(function () {
    if (usersUnavailable()) this.skip();
  });
  beforeEach(async () => {
    ({ host, users } = await LocalHost.withUsers(["alice", "bob"]));
  });
  afterEach(() => host?.stop());

  async function read(part = client("alice"), user = part.user as string): Promise<UserObservation | undefined> {
    return (await host.observe(desire({}, { parts: [part] }))).users[user];
  }

  async function present(part = client("alice")): Promise<PresentUser> {
    const seen = await read(part);
    assert.equal(seen?.state, "present", JSON.stringify(seen));
    return seen as PresentUser;
  }

  it("gives files, what they include and what is in force for the user", async () => {
    users.write("alice", ".ssh/config", "Include conf.d/* ~/more\nHost *\n  ServerAliveInterval 7\n");
    users.write("alice", ".ssh/conf.d/work", "Host work\n");
    users.write("alice", "more", "Host more\n");
    const { uid, home, files, includes, folders, own, effective } = await present();
    assert.deepEqual([uid, home], [users.uid("alice"), users.home("alice")]);
    assert.deepEqual(Object.keys(files), [at(".ssh/config"), at(".ssh/conf.d/work"), at("more")]);
    assert.deepEqual(includes, { [at(".ssh/conf.d/*")]: [at(".ssh/conf.d/work")], [at("more")]: [at("more")] });
    assert.deepEqual(folders, [at(".ssh")]);
    assert.match(own?.output ?? "", /^serveraliveinterval 7$/m);
    assert.match(effective?.output ?? "", /^serveraliveinterval 7$/m);
  });

  const unusable: [title: string, make: () => void, reason: RegExp][] = [
    ["that there is no such user", () => users.remove("alice"), /^is no user there$/],
    ["that the home is missing", () => users.setHome("alice", "/nonexistent"), /^has no home that can be entered: /],
    [
      "that the home is another user's",
      () => users.setHome("alice", users.home("bob")),
      /^has a home that is another user's: .*\/bob$/,
    ],
    [
      "that the home's path has blanks",
      () => {
        mkdirSync(`${users.home("alice")} x`);
        chownSync(`${users.home("alice")} x`, users.uid("alice"), users.uid("alice"));
        users.setHome("alice", `${users.home("alice")} x`);
      },
      /^has a home with blanks or other unusual characters in its path/,
    ],
    [
      "that ~/.ssh is a symbolic link",
      () => symlinkSync("/etc", at(".ssh")),
      /^has a ~\/\.ssh that is a symbolic link; make it a folder/,
    ],
    ["that ~/.ssh is no folder", () => users.write("alice", ".ssh", ""), /^has a ~\/\.ssh that is no folder/],
    [
      "that ~/.ssh/config leads out of the home",
      () => {
        users.write("alice", ".ssh/known_hosts", "");
        symlinkSync("/etc/passwd", at(".ssh/config"));
      },
      /^has a ~\/\.ssh\/config that leads out of the home, to \/etc\/passwd$/,
    ],
  ];
  for (const [title, make, reason] of unusable)
    it(`says ${title}`, async () => {
      make();
      const seen = await read();
      assert.equal(seen?.state, "unusable");
      assert.match(seen?.state === "unusable" ? seen.reason : "", reason);
    });

  const files: [title: string, make: (path: string) => void, reason: string][] = [
    ["is a pipe", (path) => execFileSync("mkfifo", [path]), "is not a regular file"],
    ["is a device", (path) => execFileSync("mknod", ["-m", "666", path, "c", "1", "5"]), "is not a regular file"],
    [
      "is larger than any config",
      () => truncateSync(users.write("alice", ".ssh/config", ""), 1 << 30),
      "is larger than 1048576 bytes",
    ],
    ["is a folder", (path) => mkdirSync(path), "is a directory"],
    ["is root's alone", () => chownSync(users.write("alice", ".ssh/config", "", 0o600), 0, 0), "can't be read"],
    ["is a link to nothing", (path) => symlinkSync("nothing", path), "is a link to nothing"],
  ];
  for (const [title, make, reason] of files)
    it(`says that ~/.ssh/config ${title}, and does not wait for it`, async () => {
      users.write("alice", ".ssh/known_hosts", "");
      const path = at(".ssh/config");
      make(path);
      assert.deepEqual((await present()).files[path], { state: "unusable", path, reason });
    });

  it("runs the commands of a user's Match exec as that user and never as root", async () => {
    users.write("alice", ".ssh/config", `Match exec "id -u >>${at("ran")}"\n  ServerAliveInterval 7\n`);
    const { effective } = await present();
    assert.match(effective?.output ?? "", /^serveraliveinterval 7$/m);
    const ran = readFileSync(at("ran"), "utf8").trim().split("\n");
    assert.deepEqual([...new Set(ran)], [String(users.uid("alice"))]);
    assert.equal(statSync(at("ran")).uid, users.uid("alice"));
  });

  it("runs no command of a user's Match exec for another user's part", async () => {
    users.write("alice", ".ssh/config", `Match exec "touch ${at("ran")}"\n`);
    await read(client("bob"));
    assert.equal(existsSync(at("ran")), false);
  });

  it("gives up on a user whose Match exec waits, and tells all of the others", async () => {
    users.write("alice", ".ssh/config", 'Match exec "sleep 100"\n  ServerAliveInterval 7\n');
    const started = performance.now();
    const desired = desire({}, { parts: [client("alice"), client("bob")] });
    const { users: seen } = await host.observe(desired);
    assert.ok(performance.now() - started < 45_000);
    assert.equal(seen.bob?.state, "present");
    assert.equal(seen.alice?.state === "present" && seen.alice.effective?.code, 124);
  });

  it("gives up on a user whose Match exec leaves processes behind that hold its output, and says why", async () => {
    users.write("alice", ".ssh/config", 'Match exec "sleep 50 &"\n  ServerAliveInterval 7\n');
    const desired = desire({}, { parts: [client("alice"), client("bob")] });
    const { users: seen } = await host.observe(desired);
    assert.equal(seen.bob?.state, "present");
    assert.deepEqual(seen.alice, {
      state: "unusable",
      reason: "can't be read within 30 s; does a command of Match exec there wait, or leave processes behind?",
    });
  });

  it("asks ssh of the system-wide file only where no other than root could have written the commands in it", async () => {
    const asked = async () => {
      const { effective, notAsked } = await host.observe();
      return { output: effective.client?.output, notAsked };
    };
    host.write(host.sshConfig, `Host *\n  ServerAliveInterval 5\nMatch exec "touch ${host.file("ran")}"\n`);
    chmodSync(host.sshConfig, 0o644);
    assert.match((await asked()).output ?? "", /^serveraliveinterval 5$/m);
    assert.ok(existsSync(host.file("ran")));
    rmSync(host.file("ran"));
    for (const open of [
      () => chmodSync(host.sshConfig, 0o666),
      () => chownSync(host.sshConfig, users.uid("alice"), 0),
      () => chmodSync(host.file("."), 0o777),
    ]) {
      open();
      const { output, notAsked } = await asked();
      assert.equal(output, undefined);
      assert.ok(
        notAsked?.startsWith(
          `would run the command of ${host.sshConfig}:3 as root, and others than root can write ${host.sshConfig};`,
        ),
        notAsked,
      );
      assert.ok(!existsSync(host.file("ran")), "the command ran");
      chmodSync(host.sshConfig, 0o644);
      chownSync(host.sshConfig, 0, 0);
    }
  });

  it("lists a user's saved sessions, and those that are links out of the home are not read", async () => {
    users.write("alice", ".putty/sessions/db", "PingInterval=1\n");
    users.write("alice", ".putty/sessions/my%20host", "");
    users.write("alice", ".putty/sessions/with space", "");
    mkdirSync(at(".putty/sessions/folder"));
    const { sessions, files } = await present(putty("alice"));
    assert.deepEqual(sessions, [at(".putty/sessions/db"), at(".putty/sessions/my%20host")]);
    assert.equal(files[at(".putty/sessions/db")]?.state, "present");
  });

  it("says that saved sessions lead out of the home, and that there are none", async () => {
    assert.equal((await present(putty("alice"))).sessions, undefined);
    users.write("alice", ".putty/x", "");
    symlinkSync("/etc", at(".putty/sessions"));
    const seen = await read(putty("alice"));
    assert.equal(
      seen?.state === "unusable" && seen.reason,
      "has a ~/.putty/sessions that leads out of the home or can't be entered",
    );
  });
});
