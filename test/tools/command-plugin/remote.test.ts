import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { openPlugin, stopPlugins } from "./plugin";
import { Sshd, temporaryFolder } from "./sshd";

describe("command plugin: a remote command", () => {
  let sshd: Sshd;
  let folder: string;
  before(async () => {
    sshd = await Sshd.start(["AcceptEnv GREETING PULUMI_COMMAND_STDOUT"]);
  });
  after(() => sshd?.stop());
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await stopPlugins();
    await rm(folder, { recursive: true, force: true });
  });

  it("gives back both streams and an id of its name and eight hex digits", async () => {
    const { connection } = sshd;
    const { id, outs } = await openPlugin("remote").create({ connection, create: "echo out; printf 'err\\n\\n' >&2" });
    assert.match(id, /^web[0-9a-f]{8}$/);
    assert.equal(outs.stdout, "out");
    assert.equal(outs.stderr, "err\n");
  });

  it("may be none at all: nothing is dialled and nothing printed", async () => {
    const { outs } = await openPlugin("remote").create({ connection: { host: "127.0.0.1", port: 1 } });
    assert.equal(outs.stdout, "");
    assert.equal(outs.stderr, "");
  });

  const updates: { has: string; commands: Record<string, string>; stdout: string }[] = [
    { has: "update", commands: { create: "echo created", update: "echo updated" }, stdout: "updated" },
    { has: "create only", commands: { create: "echo created" }, stdout: "created" },
    { has: "neither", commands: {}, stdout: "before" },
  ];
  for (const { has, commands, stdout } of updates) {
    it(`prints "${stdout}" in an update if it has ${has}`, async () => {
      const { connection } = sshd;
      const outs = await openPlugin("remote").update({ stdout: "before", stderr: "" }, { connection, ...commands });
      assert.equal(outs.stdout, stdout);
    });
  }

  it("runs at the resource's end if it is delete, and nothing runs without", async () => {
    const { connection } = sshd;
    const mark = join(folder, "deleted");
    const plugin = openPlugin("remote");
    const { outs } = await plugin.create({ connection, delete: `touch ${mark}` });
    await plugin.delete({ ...outs, delete: undefined });
    await assert.rejects(access(mark));
    await plugin.delete(outs);
    await access(mark);
  });

  it("reads stdin, and finds it empty if there is none", async () => {
    const { connection } = sshd;
    const { create } = openPlugin("remote");
    const stdin = "line\n".repeat(200_000);
    assert.equal((await create({ connection, create: "wc -c", stdin })).outs.stdout, "1000000");
    assert.equal((await create({ connection, create: "cat" })).outs.stdout, "");
  });

  it("may leave a long stdin unread", async () => {
    const { connection } = sshd;
    const { create } = openPlugin("remote");
    const { outs } = await create({ connection, create: "exec <&-; echo done", stdin: "x".repeat(5_000_000) });
    assert.equal(outs.stdout, "done");
  });

  it("finds its environment, where the server accepts it", async () => {
    const { connection } = sshd;
    const inputs = { connection, create: 'echo "$GREETING"', environment: { GREETING: "hello 'you'" } };
    assert.equal((await openPlugin("remote").create(inputs)).outs.stdout, "hello 'you'");
  });

  it("doesn't start if the server refuses a variable, which the error names", async () => {
    const own = await Sshd.start(["AcceptEnv GREETING"]);
    try {
      const plugin = openPlugin("remote");
      const environment = { GREETING: "hello", FAREWELL: "bye" };
      await assert.rejects(plugin.create({ connection: own.connection, create: "true", environment }), {
        message: 'could not set environment variable "FAREWELL": ssh: setenv failed',
      });
      const error = plugin.messages.find(({ severity }) => severity === "error");
      assert.match(error?.message ?? "", /FAREWELL.*AcceptEnv/);
      await plugin.cancel();
      await own.logs("Disconnected from user ");
      assert.equal(own.commands, 0);
    } finally {
      await own.stop();
    }
  });

  it("finds the last output in its environment; if the server refuses it, a warning says so", async () => {
    const { connection } = sshd;
    const plugin = openPlugin("remote");
    const old = { stdout: "before", stderr: "trouble" };
    const create = 'echo "$PULUMI_COMMAND_STDOUT,$PULUMI_COMMAND_STDERR"';
    assert.equal((await plugin.update(old, { connection, create })).stdout, "before,");
    const warnings = plugin.messages.filter(({ severity }) => severity === "warn");
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]?.message ?? "", /PULUMI_COMMAND_STDERR.*AcceptEnv/);
  });

  it("finds the last output rather than a variable of the same name", async () => {
    const { connection } = sshd;
    const environment = { PULUMI_COMMAND_STDOUT: "own" };
    const news = { connection, create: 'echo "$PULUMI_COMMAND_STDOUT"', environment };
    assert.equal((await openPlugin("remote").update({ stdout: "before", stderr: "" }, news)).stdout, "before");
  });

  it("doesn't find the last output with addPreviousOutputInEnv false", async () => {
    const { connection } = sshd;
    const plugin = openPlugin("remote");
    const news = { connection, create: 'echo "<$PULUMI_COMMAND_STDOUT>"', addPreviousOutputInEnv: false };
    assert.equal((await plugin.update({ stdout: "before", stderr: "trouble" }, news)).stdout, "<>");
    assert.deepEqual(
      plugin.messages.filter(({ severity }) => severity === "warn"),
      [],
    );
  });

  it("is an error by its exit status, with the command and what it printed", async () => {
    const { connection } = sshd;
    await assert.rejects(openPlugin("remote").create({ connection, create: 'echo "a"; exit 3' }), {
      message: 'Process exited with status 3: running "echo \\"a\\"; exit 3":\na\n',
    });
  });

  it("is an error if a signal ends it, or the server does", async () => {
    const { connection } = sshd;
    const { create } = openPlugin("remote");
    await assert.rejects(create({ connection, create: "kill -TERM $$" }), {
      message: 'Process exited with status 143 from signal TERM: running "kill -TERM $$":\n',
    });
    await assert.rejects(create({ connection, create: "kill -KILL $PPID" }), {
      message: 'wait: remote command exited without exit status or exit signal: running "kill -KILL $PPID":\n',
    });
  });

  it("is logged line by line while it runs", async () => {
    const { connection } = sshd;
    const plugin = openPlugin("remote");
    await plugin.create({ connection, create: "echo one; printf two", logging: "stdout" });
    assert.deepEqual(plugin.messages, [
      { severity: "info", message: "one", passing: true },
      { severity: "info", message: "two", passing: true },
    ]);
  });

  it("prints a line of a megabyte without harm", async () => {
    const { connection } = sshd;
    const { outs } = await openPlugin("remote").create({
      connection,
      create: "head -c 1000000 /dev/zero | tr '\\0' x",
    });
    assert.equal(outs.stdout.length, 1_000_000);
  });

  it("is one connection, which stays open until the engine asks the plugin to stop, as in the official one", async () => {
    const own = await Sshd.start();
    try {
      const plugin = openPlugin("remote");
      const session = await plugin.create({ connection: own.connection, create: "echo $PPID" });
      const isOpen = () => existsSync(`/proc/${session.outs.stdout}`);
      // A second one is over by the time that it has printed: the first had the time to end.
      await plugin.create({ connection: own.connection, create: "true" });
      assert.ok(isOpen());
      assert.equal(own.clients, 2);
      assert.equal(own.commands, 2);
      await plugin.cancel();
      await own.logs("Disconnected from user ");
    } finally {
      await own.stop();
    }
  });

  it("is replaced when its triggers change, and only then", async () => {
    const { connection } = sshd;
    const plugin = openPlugin("remote");
    const inputs = { connection, create: "true", triggers: [1, { a: "b" }] };
    const { outs } = await plugin.create(inputs);
    const replaces = async (news: Record<string, unknown>) => (await plugin.diff(outs, news)).replaces;
    assert.deepEqual(await replaces({ ...inputs, create: "false" }), []);
    assert.deepEqual(await replaces({ ...inputs, triggers: [1, { a: "c" }] }), ["triggers"]);
    assert.deepEqual(await replaces({ connection, create: "true" }), ["triggers"]);
  });
});
