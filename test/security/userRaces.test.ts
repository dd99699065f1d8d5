import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../../components/plan";
import { publicFolder } from "../support/publicFolder";
import { usersUnavailable } from "../support/users";
import { client, HostOfAlice } from "./readHost";
import { Swapper } from "./swapper";

const missing = usersUnavailable();
const MARK = "the-mark-of-what-is-roots-alone";
/** A round is a read, a change and an undo. The right thing is there for so many seconds at most, each other one for so many. */
const ROUNDS: [right: number, others: number][] = [
  [5, 0],
  [0.3, 0],
  [0.1, 0.01],
  [0.3, 0.05],
  [0.8, 0.05],
  [0.05, 0.05],
  [0.1, 0.1],
  [0.2, 0.2],
  [0.4, 0.2],
  [0.8, 0.4],
  [0.001, 0.001],
];

describe(`a user who swaps, all the time and while a host is read, changed and undone,${missing ? ` (skipped: ${missing})` : ""}`, function () {
  this.timeout(600_000);
  let folder: string;
  let one: HostOfAlice;
  let root: string;
  let original: string;
  const at = (path: string) => join(one.users.home("alice"), path);
  const as = (user: string, command: string, ...args: string[]) => {
    const uid = one.users.uid(user);
    execFileSync(command, args, { uid, gid: uid, cwd: "/" });
  };

  /** What is root's: names, owners, modes, bytes, and when it was changed last, were it for a moment. */
  const roots = () => {
    const look = ["-printf", "%p %y %m %U %C@\n", "-type", "f", "-exec", "cat", "{}", ";"];
    return execFileSync("find", [root, ...look], { encoding: "utf8" });
  };

  before(function () {
    if (missing) this.skip();
  });
  beforeEach(async () => {
    folder = publicFolder("races");
    // Each time that a script waits for a pipe's other end would take half a minute.
    writeFileSync(join(folder, "timeout"), '#!/bin/sh\nshift\nexec /usr/bin/timeout 1 "$@"\n', { mode: 0o755 });
    one = await HostOfAlice.start(["env", `PATH=${folder}:/usr/sbin:/usr/bin:/sbin:/bin`, "sh"]);
    root = one.host.file("root");
    mkdirSync(root, { mode: 0o755 });
    writeFileSync(join(root, "secret"), `# ${MARK}\n`, { mode: 0o600 });
    // What alice has too, byte for byte: so a look at it tells no difference.
    for (const path of [join(root, "config"), one.users.write("alice", "own/config", "")])
      writeFileSync(path, "Host *\n", { mode: 0o644 });
    original = roots();
    for (const name of ["secret", "config"]) as("alice", "ln", "-s", join(root, name), at(`${name}-link`));
    as("alice", "ln", "-s", root, at("folder-link"));
    as("alice", "ln", "-s", "/dev/zero", at("zero-link"));
    as("alice", "mkfifo", at("pipe"));
  });
  afterEach(async () => {
    await one?.host.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("~/.ssh/config for a link to a file of root's, a device or a pipe has nothing of root's read or written", async () => {
    one.users.write("alice", ".ssh/known_hosts", "");
    await race(at(".ssh/config"), ["own/config", "secret-link", "config-link", "zero-link", "pipe"].map(at));
  });

  it("~/.ssh for a link to a folder of root's has nothing of root's read or written", () =>
    race(at(".ssh"), ["own", "folder-link"].map(at)));

  async function race(path: string, things: string[]): Promise<void> {
    let planned = 0;
    for (const [right, others] of ROUNDS) {
      const swapper = await Swapper.start(path, things, one.users.uid("alice"), right, others);
      try {
        if (await round()) planned++;
      } finally {
        await swapper.stop();
      }
      assert.equal(roots(), original, "what is root's was changed");
    }
    assert.ok(planned > 0, "no round came further than reading");
    const strangers = ["!", "-user", String(one.users.uid("alice"))];
    assert.equal(execFileSync("find", [one.users.home("alice"), ...strangers], { encoding: "utf8" }), "");
  }

  /** Whether it came further than reading. */
  async function round(): Promise<boolean> {
    const { host } = one;
    const { answer } = await one.read();
    assert.equal(answer.includes(MARK), false, "root's file is in the answer");
    try {
      const { text } = await host.plan({}, undefined, { parts: [client("alice")] });
      const { cause } = await host.apply(text);
      const { stdout, stderr } = await host.undo(text);
      assert.ok(!`${cause}${stdout}${stderr}`.includes(MARK), "root's file is in what is told");
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      assert.ok(!error.message.includes(MARK), error.message);
      return false;
    }
  }
});
