import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { useSandbox } from "./engine/sandbox";

const ROOT = resolve(__dirname, "../..");

describe("node tools/run.mjs", () => {
  const sandbox = useSandbox();
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  /** Starts run.mjs of `root` on a TypeScript program. */
  function start(program: string, args: string[] = [], root = ROOT) {
    const file = join(sandbox.root, "program.ts");
    writeFileSync(file, program);
    const child = spawn(process.execPath, [join(root, "tools/run.mjs"), file, ...args], { stdio: "pipe" });
    started.push(child);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const closed = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
    return { child, closed };
  }

  it("runs TypeScript with the arguments that follow", async () => {
    const { closed } = start("const args: string[] = process.argv.slice(2); console.log(args.join());", ["a b", "--c"]);
    assert.deepEqual(await closed, { code: 0, stdout: "a b,--c\n", stderr: "" });
  });

  it("exits with the program's own code", async () => {
    assert.equal((await start("process.exit(42);").closed).code, 42);
  });

  it("exits with 128 + n when a signal ended the program", async () => {
    assert.equal((await start('process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 1e6);').closed).code, 137);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`passes ${signal} on and waits for the program to clean up`, async () => {
      const { child, closed } = start(`
        process.on("${signal}", () => { console.log("cleaned up"); process.exit(3); });
        setInterval(() => {}, 1000);
        console.log("ready");`);
      await once(child.stdout as NodeJS.ReadableStream, "data");
      child.kill(signal);
      assert.deepEqual(await closed, { code: 3, stdout: "ready\ncleaned up\n", stderr: "" });
    });
  }

  describe("in a fresh clone", () => {
    const clone = () => join(sandbox.root, "clone");
    const real = (file: string) => join(ROOT, file);

    beforeEach(() => {
      mkdirSync(join(clone(), "tools/engine"), { recursive: true });
      for (const file of ["package.json", "package-lock.json", "tools/run.mjs", "tools/engine/lock.cjs"]) {
        copyFileSync(real(file), join(clone(), file));
      }
      // Stands for npm: what it installs are the packages that are here already.
      sandbox.script(
        join(sandbox.bin, "npm"),
        `echo "$*" >>"$CALLS"; sleep 0.3; ln -s '${real("node_modules")}' '${join(clone(), "node_modules")}'`,
      );
    });

    it("installs the packages first, by npm ci, saying so in one line", async () => {
      const { code, stdout, stderr } = await start("console.log(1);", [], clone()).closed;
      assert.deepEqual([code, stdout], [0, "1\n"]);
      assert.match(stderr, /^ssh-keepalive: installing the packages .*\n$/);
      assert.deepEqual(sandbox.calls(), ["ci --include=dev --loglevel=error"]);
    });

    it("installs once when two start together", async () => {
      const runs = [start("console.log(1);", [], clone()), start("console.log(1);", [], clone())];
      const results = await Promise.all(runs.map(({ closed }) => closed));
      assert.deepEqual(
        results.map(({ code, stdout }) => [code, stdout]),
        [
          [0, "1\n"],
          [0, "1\n"],
        ],
      );
      assert.equal(sandbox.calls().length, 1);
    });

    it("installs again when the lockfile wants another version", async () => {
      const lockfile = JSON.parse(readFileSync(real("package-lock.json"), "utf8"));
      const installed = structuredClone(lockfile);
      installed.packages["node_modules/mocha"].integrity = "sha512-of-an-older-one";
      mkdirSync(join(clone(), "node_modules"));
      writeFileSync(join(clone(), "node_modules/.package-lock.json"), JSON.stringify(installed));
      sandbox.script(join(sandbox.bin, "npm"), "exit 9");
      const { code, stderr } = await start("console.log(1);", [], clone()).closed;
      assert.equal(code, 1);
      assert.match(stderr, /npm ci failed with 9 in .*clone/);
    });

    it("installs nothing when all but other systems' optional packages are there", async () => {
      symlinkSync(real("node_modules"), join(clone(), "node_modules"));
      assert.equal((await start("console.log(1);", [], clone()).closed).code, 0);
      assert.deepEqual(sandbox.calls(), []);
    });

    it("says that npm is missing", async () => {
      rmSync(join(sandbox.bin, "npm"));
      process.env.PATH = sandbox.bin;
      const { code, stderr } = await start("", [], clone()).closed;
      assert.equal(code, 1);
      assert.match(stderr, /npm could not be started: .*ENOENT/);
    });

    it("names the Node.js that is needed when this one is too old", async () => {
      const manifest = JSON.parse(readFileSync(real("package.json"), "utf8"));
      manifest.engines.node = ">=99.1";
      writeFileSync(join(clone(), "package.json"), JSON.stringify(manifest));
      const { code, stderr } = await start("", [], clone()).closed;
      assert.equal(code, 1);
      assert.match(stderr, /Node >=99\.1 is needed, this is v\d+/);
    });
  });
});
