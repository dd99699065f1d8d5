import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PresentUser } from "../../components/observe";
import { type DesiredPart, Precedence } from "../../components/settings";
import { publicFolder } from "../support/publicFolder";
import { usersUnavailable } from "../support/users";
import { type Answer, client, HostOfAlice } from "./readHost";

const missing = usersUnavailable();
/** Seconds that the script waits for one user, and some to spare. */
const BOUND = 45;
/** As much as a host's answer has of all users, and of all else. */
const [OF_USERS, OF_HOST] = [8 << 20, 1 << 20];
const MARK = "the-mark-of-what-is-roots-alone";
const ALICE: { parts: DesiredPart[] } = { parts: [client("alice")] };
/** Its processes end with the script. */
const CONTAINED = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh"];

describe(`a hostile user on a host${missing ? ` (skipped: ${missing})` : ""}`, function () {
  this.timeout(180_000);
  let one: HostOfAlice;
  let folder: string;
  const at = (path: string) => join(one.users.home("alice"), path);
  const write = (path: string, content: string, mode?: number) => one.users.write("alice", path, content, mode);

  before(function () {
    if (missing) this.skip();
  });
  beforeEach(async () => {
    folder = publicFolder("hostile");
    const limits = join(folder, "limits.conf");
    writeFileSync(limits, "alice hard nproc 40\n", { mode: 0o644 });
    one = await HostOfAlice.start(CONTAINED, { "/etc/security/limits.conf": limits });
  });
  afterEach(async () => {
    await one?.host.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Sees that alice had her time and her share at most, and that bob was read all the same. */
  function requireBounded({ seconds, answer, bob }: Answer): void {
    assert.ok(seconds < BOUND, `it took ${seconds} s`);
    assert.ok(answer.length < OF_USERS + OF_HOST, `${answer.length} bytes`);
    assert.equal(bob?.state, "present");
  }

  describe("whose files are without end", () => {
    it("is told of a config of 10 GB at once, and OpenSSH is not asked to read it", async () => {
      truncateSync(write(".ssh/config", ""), 10 * 2 ** 30);
      const answer = await one.read();
      requireBounded(answer);
      assert.ok(answer.seconds < 5, `it took ${answer.seconds} s`);
      const { files, own, effective } = answer.alice as PresentUser;
      const path = at(".ssh/config");
      assert.deepEqual(files[path], { state: "unusable", path, reason: "is larger than 1048576 bytes" });
      assert.deepEqual([own, effective], [undefined, undefined]);
    });

    it("has a config that grew to 10 GB left alone, and no more of it taken than a config has", async () => {
      write(".ssh/config", "");
      const { text } = await one.host.plan({}, undefined, ALICE);
      truncateSync(at(".ssh/config"), 10 * 2 ** 30);
      const started = performance.now();
      assert.equal((await one.host.apply(text)).status, "failed");
      assert.ok(performance.now() - started < BOUND * 1000);
      assert.deepEqual(one.host.leftovers(), []);
    });

    it("by many files that are included fills the users' share of the answer and no more", async () => {
      write(".ssh/config", "Include many/*\n");
      for (let i = 0; i < 20; i++) write(`.ssh/many/${i}`, `# ${"x".repeat((1 << 20) - 10)}\n`);
      const answer = await one.read();
      requireBounded(answer);
      assert.equal(answer.alice?.state, "unusable");
    });

    for (const [title, include] of [
      ["a pipe", "pipe"],
      ["a device", "/dev/zero"],
      ["all that there is", "/*/*/* /*/*/*/* /proc/*/*"],
    ] as const)
      it(`by an Include of ${title} costs nobody else anything`, async () => {
        write(".ssh/config", `Include ${include}\n`);
        execFileSync("mkfifo", [at(".ssh/pipe")]);
        requireBounded(await one.read());
      });
  });

  describe("with a Match exec", () => {
    const program = (name: string, text: string) => write(name, `#!/bin/sh\n${text}\n`, 0o700);
    const runs = (command: string) => write(".ssh/config", `Match exec "${command}"\n  ServerAliveInterval 7\n`);

    it("that forks without end is held by that user's limit, and costs nobody else anything", async () => {
      const bomb =
        "while (1) { next if defined fork; open my $held, q(>), qq($ENV{HOME}/held); select undef, undef, undef, 0.1 }";
      runs(program("bomb", `exec perl -e '${bomb}'`));
      requireBounded(await one.read());
      assert.equal(readFileSync(at("held"), "utf8"), "", "the limit was not reached");
    });

    it("that prints without end is ended, and no more of it taken than OpenSSH says", async () => {
      runs(program("flood", "yes & yes >&2"));
      const answer = await one.read();
      requireBounded(answer);
      const { code, output = "" } = (answer.alice as PresentUser).effective ?? {};
      assert.deepEqual([code, output.slice(0, 4), output.length <= 65536], [1, "y\ny\n", true]);
    });

    it("that ends all that user's processes ends nobody else's", async () => {
      runs(program("kill", "kill -9 -1"));
      const answer = await one.read();
      requireBounded(answer);
      assert.equal(answer.alice?.state, "unusable");
    });

    it("sees nothing of root's: no variable, no open file, no group, no terminal", async () => {
      const look = "{ env; ls -l /proc/self/fd; id -u; id -G; pwd; ps -o tty= -p $$; }";
      runs(program("look", `${look} >${at("seen")} 2>&1`));
      process.env.SSH_KEEPALIVE_TEST_SECRET = MARK;
      try {
        await one.read();
      } finally {
        delete process.env.SSH_KEEPALIVE_TEST_SECRET;
      }
      const seen = readFileSync(at("seen"), "utf8");
      const uid = one.users.uid("alice");
      assert.ok(seen.endsWith(`\n${uid}\n${uid}\n/\n?\n`), seen);
      const variables = [...seen.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
      assert.deepEqual(variables.sort(), ["HOME", "LC_ALL", "LOGNAME", "PATH", "PWD", "USER"]);
      const open = [...seen.matchAll(/(\d+) -> (.*)$/gm)].map(([, number, path]) => `${number} ${path}`);
      assert.match(open.join("\n"), new RegExp(`^0 /dev/null\n1 ${at("seen")}\n2 ${at("seen")}\n3 /proc/\\d+/fd$`));
    });

    it("that prints without end once a change is made has it put back, within bounds", async () => {
      runs(`test ! -e ${at("armed")} || ${program("later", "yes & yes >&2")}`);
      const original = readFileSync(at(".ssh/config"), "latin1");
      const { text } = await one.host.plan({}, undefined, { ...ALICE, precedence: Precedence.Enforce });
      write("armed", "");
      const started = performance.now();
      assert.equal((await one.host.apply(text)).status, "failed");
      assert.ok(performance.now() - started < BOUND * 1000);
      assert.equal(readFileSync(at(".ssh/config"), "latin1"), original);
      assert.deepEqual(one.host.leftovers(), []);
    });
  });
});
