import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installStandIn, markerName } from "../../../tools/command-plugin/install";
import { temporaryFolder } from "./sshd";

describe("command plugin: the installed stand-in", () => {
  let plugins: string;
  let installed: string;
  beforeEach(async () => {
    plugins = join(await temporaryFolder(), "plugins");
    installed = join(plugins, "resource-command-v1.2.1");
  });
  afterEach(() => rm(join(plugins, ".."), { recursive: true, force: true }));

  it("starts with nothing but its own folder, and tells the engine its port", async () => {
    await installStandIn(plugins);
    const plugin = spawn(join(installed, "pulumi-resource-command"), ["127.0.0.1:1"], { cwd: "/" });
    try {
      const [port] = await once(plugin.stdout, "data");
      assert.match(String(port), /^\d+\n$/);
      const bundle = await readFile(join(installed, "plugin.cjs"), "utf8");
      assert.ok(!bundle.includes(process.cwd()), "the bundle names the checkout");
    } finally {
      if (plugin.kill()) await once(plugin, "close");
    }
  });

  it("is whole and alone in the folder when several are installed at once", async () => {
    await Promise.all(Array.from({ length: 5 }, () => installStandIn(plugins)));
    assert.deepEqual(await readdir(plugins), ["resource-command-v1.2.1"]);
    assert.deepEqual((await readdir(installed)).sort(), ["plugin.cjs", "pulumi-resource-command", markerName]);
  });

  it("replaces one of other source, also several at once", async () => {
    await installStandIn(plugins);
    const hash = await readFile(join(installed, markerName), "utf8");
    await writeFile(join(installed, markerName), "stale");
    await writeFile(join(installed, "leftover"), "");
    await Promise.all([1, 2].map(() => installStandIn(plugins)));
    assert.equal(await readFile(join(installed, markerName), "utf8"), hash);
    assert.deepEqual(await readdir(plugins), ["resource-command-v1.2.1"]);
    assert.ok(!(await readdir(installed)).includes("leftover"));
  });

  it("stays untouched while it is of the same source", async () => {
    await installStandIn(plugins);
    await writeFile(join(installed, "untouched"), "");
    await installStandIn(plugins);
    assert.ok((await readdir(installed)).includes("untouched"));
  });

  it("replaces a folder that holds no plugin", async () => {
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, "leftover"), "");
    await installStandIn(plugins);
    assert.ok(!(await readdir(installed)).includes("leftover"));
  });

  it("doesn't replace the official plugin", async () => {
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, "pulumi-resource-command"), "official");
    await installStandIn(plugins);
    assert.deepEqual(await readdir(installed), ["pulumi-resource-command"]);
  });
});
