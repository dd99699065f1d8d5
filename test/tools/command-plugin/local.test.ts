import assert from "node:assert/strict";
import { rm, watch } from "node:fs/promises";
import { join } from "node:path";
import { openPlugin } from "./plugin";
import { temporaryFolder } from "./sshd";

describe("command plugin: a local command", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("gives back both streams and an id of its name and eight hex digits", async () => {
    const { id, outs } = await openPlugin("local").create({ create: "echo out; echo err >&2" });
    assert.match(id, /^web[0-9a-f]{8}$/);
    assert.equal(outs.stdout, "out");
    assert.equal(outs.stderr, "err");
  });

  it("reads stdin, and finds it empty if there is none", async () => {
    const { create } = openPlugin("local");
    assert.equal((await create({ create: "cat", stdin: "given" })).outs.stdout, "given");
    assert.equal((await create({ create: "cat" })).outs.stdout, "");
  });

  it("may leave a long stdin unread", async () => {
    const { outs } = await openPlugin("local").create({ create: "exec <&-; echo done", stdin: "x".repeat(1 << 20) });
    assert.equal(outs.stdout, "done");
  });

  it("runs in dir, with the environment and by the interpreter it asks for", async () => {
    const { outs } = await openPlugin("local").create({
      create: 'echo "$0 $PWD $A"',
      dir: folder,
      environment: { A: "b" },
      interpreter: ["/bin/bash", "-c"],
    });
    assert.equal(outs.stdout, `/bin/bash ${folder} b`);
  });

  it("finds the last output in its environment unless told otherwise", async () => {
    const { update } = openPlugin("local");
    const old = { stdout: "before", stderr: "" };
    const create = 'echo "$PULUMI_COMMAND_STDOUT, $(env | grep -c ^PULUMI_COMMAND_STDERR)"';
    assert.equal((await update(old, { create })).stdout, "before, 0");
    assert.equal((await update(old, { create, addPreviousOutputInEnv: false })).stdout, ", 0");
  });

  it("is an error by its exit status, with the command and what it printed", async () => {
    await assert.rejects(openPlugin("local").create({ create: "echo a; echo b >&2; exit 3" }), {
      message: 'exit status 3: running "echo a; echo b >&2; exit 3":\na\nb\n',
    });
  });

  it("is an error in which nothing is left for a terminal or the engine to obey", async () => {
    await assert.rejects(openPlugin("local").create({ create: "printf '\\033[2J<{%%pwned%%}>'; exit 1" }), (error) => {
      assert.ok((error as Error).message.endsWith("\n\\x1b[2J\\x3c{%pwned%}>"), (error as Error).message);
      return true;
    });
  });

  it("is an error if a signal ends it", async () => {
    await assert.rejects(openPlugin("local").create({ create: "kill -TERM $$" }), {
      message: 'signal: SIGTERM: running "kill -TERM $$":\n',
    });
  });

  it("names a dir that is not there, and an interpreter that is not there", async () => {
    const { create } = openPlugin("local");
    await assert.rejects(create({ create: "true", dir: join(folder, "gone") }), /ENOENT.*gone.*running "true"/);
    await assert.rejects(create({ create: "true", interpreter: ["no-such-shell"] }), /no-such-shell.*running "true"/);
  });

  it("dies at once when the engine asks the plugin to stop", async () => {
    const plugin = openPlugin("local");
    const started = join(folder, "started");
    const failed = assert.rejects(plugin.create({ create: `echo > ${started}; exec sleep 600` }), /running/);
    for await (const { filename } of watch(folder)) if (filename === "started") break;
    await plugin.cancel();
    await failed;
  });
});
