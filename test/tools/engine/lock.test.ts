import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { useSandbox } from "./sandbox";

const ENGINE = resolve(__dirname, "../../../tools/engine");
const BEAT = 20;

describe("two processes at once", () => {
  const sandbox = useSandbox();
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  /** A process that runs `source` with the project's `withLock` and `cached`, and what it says as it goes. */
  function start(source: string) {
    const program = `
      const { withLock } = require(${JSON.stringify(join(ENGINE, "lock.cjs"))});
      const { cached } = require(${JSON.stringify(join(ENGINE, "cache.ts"))});
      const { appendFileSync, writeFileSync } = require("node:fs");
      const wait = (ms) => new Promise((done) => setTimeout(done, ms));
      const say = (line) => console.log(line);
      (async () => { ${source} })();`;
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", program], {
      cwd: ENGINE,
      stdio: ["ignore", "pipe", "inherit"],
    });
    started.push(child);
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    const closed = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
    const says = async (text: string) => {
      while (!output.includes(text)) await once(child.stdout as NodeJS.ReadableStream, "data");
    };
    return { child, closed, says };
  }

  const build = `
    const made = await cached("engine/thing", say, async (directory) => {
      say("building");
      await wait(300);
      appendFileSync(process.env.CALLS, "built\\n");
      writeFileSync(directory + "/ready", "");
    });
    say("has " + made);`;

  it("build once: the second waits, says so, and uses what the first made", async () => {
    const first = start(build);
    await first.says("building");
    const second = start(build);
    const results = await Promise.all([first.closed, second.closed]);

    assert.deepEqual(sandbox.calls(), ["built"]);
    assert.ok(existsSync(join(sandbox.cache, "engine/thing/ready")));
    assert.match(results[1].output, /another process is preparing engine\/thing; waiting for it\nhas /);
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    );
    assert.deepEqual(readdirSync(join(sandbox.cache, "locks/engine")), []);
  });

  const hold = (task: string) =>
    `await withLock("thing", () => say("waiting"), async () => { say("holding"); ${task} }, ${BEAT});`;

  it("recognise a holder that was killed, and go on", async () => {
    const holder = start(hold("await wait(600_000);"));
    await holder.says("holding");
    const waiter = start(hold(""));
    await waiter.says("waiting");
    holder.child.kill("SIGKILL");
    assert.deepEqual(await waiter.closed, { code: 0, output: "waiting\nholding\n" });
  });

  it("wait for as long as the holder lives", async () => {
    const holder = start(hold(`await wait(${BEAT * 40}); appendFileSync(process.env.CALLS, "holder done\\n");`));
    await holder.says("holding");
    const waiter = start(hold('appendFileSync(process.env.CALLS, "waiter in\\n");'));
    await Promise.all([holder.closed, waiter.closed]);
    assert.deepEqual(sandbox.calls(), ["holder done", "waiter in"]);
  });

  it("give the lock back when the task fails or the process exits", async () => {
    for (const ending of ['throw new Error("no");', "process.exit(5);"]) {
      const { code } = await start(`try { ${hold(ending)} } catch (error) { process.exitCode = 5; }`).closed;
      assert.equal(code, 5);
      assert.deepEqual(readdirSync(join(sandbox.cache, "locks")), [], ending);
    }
  });
});
