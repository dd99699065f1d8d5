import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cachePath } from "../../../tools/engine/cache";
import { findCli, type Sources } from "../../../tools/engine/cli";
import { CLI_MINIMUM, CLI_VERSION } from "../../../tools/engine/versions";
import { fakeEngine, useSandbox } from "./sandbox";

describe("finding the Pulumi CLI", () => {
  const sandbox = useSandbox();
  let asked: string[];
  beforeEach(() => {
    asked = [];
  });

  const works = (name: string) => async (directory: string) => {
    asked.push(name);
    fakeEngine(sandbox, join(directory, "bin"));
  };
  const fails = (name: string) => async () => {
    asked.push(name);
    throw new Error(`no ${name} today`);
  };
  const find = (sources: Partial<Sources> = {}) =>
    findCli(sandbox.say, { download: fails("download"), build: fails("build"), ...sources });

  it("uses the pulumi on PATH and asks nobody else", async () => {
    fakeEngine(sandbox, sandbox.bin);
    assert.deepEqual(await find(), { pulumi: join(sandbox.bin, "pulumi"), origin: "path" });
    assert.deepEqual([asked, sandbox.said], [[], []]);
  });

  it("names a cache folder that can't be written, before it tries anything", async () => {
    process.env.XDG_CACHE_HOME = join(sandbox.root, "file");
    writeFileSync(process.env.XDG_CACHE_HOME, "");
    await assert.rejects(find(), /the cache folder .*file.* can't be written; .* XDG_CACHE_HOME/);
    assert.deepEqual(asked, []);
  });

  it("finds the language host beside a pulumi that PATH only links to", async () => {
    const real = join(sandbox.root, "Cellar/bin");
    fakeEngine(sandbox, real);
    symlinkSync(join(real, "pulumi"), join(sandbox.bin, "pulumi"));
    assert.equal((await find()).origin, "path");
  });

  for (const version of [CLI_MINIMUM, `v${CLI_MINIMUM}`, "v3.1000.0", "v3.260.0-alpha.1790000000+dirty"]) {
    it(`takes a pulumi that says it is ${version}`, async () => {
      fakeEngine(sandbox, sandbox.bin, version);
      assert.equal((await find()).origin, "path");
    });
  }

  for (const [version, reason] of [
    ["v3.199.9", /it is 3\.199\.9, older than/],
    ["v3.99.0", /it is 3\.99\.0, older than/],
    ["hello", /said "hello", which is no version/],
  ] as const) {
    it(`passes over a pulumi that says ${version}, and says why`, async () => {
      fakeEngine(sandbox, sandbox.bin, version);
      assert.equal((await find({ download: works("download") })).origin, "download");
      assert.match(sandbox.said[0] ?? "", reason);
    });
  }

  it("passes over a pulumi without a Node.js language host, and says so", async () => {
    sandbox.script(join(sandbox.bin, "pulumi"), "echo v3.259.0");
    assert.equal((await find({ download: works("download") })).origin, "download");
    assert.match(sandbox.said[0] ?? "", /no pulumi-language-nodejs beside it or on PATH/);
  });

  it("leaves the user's ~/.pulumi alone when it asks for the version", async () => {
    fakeEngine(sandbox, sandbox.bin);
    sandbox.script(join(sandbox.bin, "pulumi"), 'echo "$PULUMI_HOME" >>"$CALLS"; echo v3.259.0');
    await find();
    assert.equal(sandbox.calls()[0]?.startsWith(sandbox.home), false);
  });

  it("downloads before it builds, and next time takes what it downloaded from the cache", async () => {
    const first = await find({ download: works("download") });
    const second = await find();
    assert.deepEqual([first.origin, second.origin, asked], ["download", "cache", ["download"]]);
    assert.equal(second.pulumi, first.pulumi);
  });

  it("builds when the download fails, says why it failed, and next time takes the build from the cache", async () => {
    const first = await find({ build: works("build") });
    const second = await find();
    assert.deepEqual([first.origin, second.origin, asked], ["built", "cache", ["download", "build"]]);
    assert.ok(sandbox.said.includes("the official download failed: no download today"));
  });

  it("prefers the pulumi on PATH to a cached one", async () => {
    await find({ build: works("build") });
    fakeEngine(sandbox, sandbox.bin);
    assert.equal((await find()).origin, "path");
  });

  it("builds when what it downloaded doesn't start", async () => {
    const download = async (directory: string) => sandbox.script(join(directory, "bin/pulumi"), "exit 3");
    assert.equal((await find({ download, build: works("build") })).origin, "built");
    assert.ok(sandbox.said.some((line) => /official download failed: .*exited with 3/.test(line)));
  });

  it("never caches a broken build", async () => {
    const broken = {
      "a CLI that doesn't start": (directory: string) => sandbox.script(join(directory, "bin/pulumi"), "exit 3"),
      "a CLI of another version": (directory: string) => fakeEngine(sandbox, join(directory, "bin"), "v3.1.0"),
      "no language host": (directory: string) => sandbox.script(join(directory, "bin/pulumi"), `echo v${CLI_VERSION}`),
    };
    for (const [what, build] of Object.entries(broken)) {
      await assert.rejects(find({ build: async (directory) => build(directory) }), /no Pulumi engine/, what);
      assert.deepEqual(readdirSync(cachePath("engine")), [], what);
    }
    assert.equal((await find({ build: works("build") })).origin, "built");
  });

  it("names every way that failed and both ways out when there is no engine", async () => {
    await assert.rejects(find(), (error: Error) => {
      for (const part of ["no download today", "no build today", "install Pulumi 3.200.0", "or Go 1.25.11"]) {
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      }
      return true;
    });
  });

  it("removes what a killed build left behind", async () => {
    await find({ build: works("build") });
    const [built] = readdirSync(cachePath("engine"));
    const leftover = cachePath(`engine/${built}.partial-abc123`);
    mkdirSync(leftover);
    assert.equal((await find()).origin, "cache");
    assert.ok(existsSync(leftover), "a running build's folder stays");

    process.env.XDG_CACHE_HOME = join(sandbox.root, "other-cache");
    const sameInOther = cachePath(`engine/${built}.partial-abc123`);
    mkdirSync(sameInOther, { recursive: true });
    await find({ build: works("build") });
    assert.equal(existsSync(sameInOther), false);
  });
});
