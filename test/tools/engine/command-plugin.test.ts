import assert from "node:assert/strict";
import { existsSync, readdirSync, readlinkSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markerName } from "../../../tools/command-plugin/install";
import { cachePath } from "../../../tools/engine/cache";
import { findCommandPlugin } from "../../../tools/engine/command-plugin";
import { useSandbox } from "./sandbox";

const PLUGIN = "plugins/resource-command-v1.2.1";
const EXECUTABLE = `${PLUGIN}/pulumi-resource-command`;

describe("finding the plugin of @pulumi/command", () => {
  const sandbox = useSandbox();
  const standIn = async (plugins: string) =>
    sandbox.script(join(plugins, "resource-command-v1.2.1/pulumi-resource-command"), "exit 0");
  const find = () => findCommandPlugin(join(sandbox.bin, "pulumi"), sandbox.say, standIn);
  const failureFile = () => cachePath("engine/resource-command-v1.2.1.failed");

  const pulumiThatDownloads = () =>
    sandbox.script(
      join(sandbox.bin, "pulumi"),
      `echo "$*" >>"$CALLS"
       mkdir -p "$PULUMI_HOME/${PLUGIN}"; printf '#!/bin/sh' >"$PULUMI_HOME/${EXECUTABLE}"; chmod +x "$PULUMI_HOME/${EXECUTABLE}"`,
    );
  const pulumiWithoutNetwork = () =>
    sandbox.script(
      join(sandbox.bin, "pulumi"),
      `echo "$*" >>"$CALLS"
       printf 'warning: no such host\\nWill retry in 80ms\\nerror: failed all 5 attempts\\n' >&2; exit 255`,
    );

  it("uses the user's own plugin through links in a home of ours, without a download", async () => {
    const usersPlugin = join(sandbox.home, ".pulumi", PLUGIN);
    sandbox.script(join(usersPlugin, "pulumi-resource-command"), "exit 0");
    const { plugin, home } = await find();
    assert.equal(plugin, "installed");
    assert.equal(readlinkSync(join(home, EXECUTABLE)), join(usersPlugin, "pulumi-resource-command"));
    assert.deepEqual([sandbox.calls(), readdirSync(join(sandbox.home, ".pulumi"))], [[], ["plugins"]]);
  });

  it("looks in the user's PULUMI_HOME where one is set", async () => {
    process.env.PULUMI_HOME = join(sandbox.root, "elsewhere");
    sandbox.script(join(process.env.PULUMI_HOME, EXECUTABLE), "exit 0");
    assert.equal((await find()).plugin, "installed");
  });

  it("doesn't take our stand-in, or half a download, in the user's home for the official plugin", async () => {
    pulumiWithoutNetwork();
    const usersPlugin = join(sandbox.home, ".pulumi", PLUGIN);
    sandbox.script(join(usersPlugin, "pulumi-resource-command"), "exit 0");
    for (const mark of [join(usersPlugin, markerName), `${usersPlugin}.partial`]) {
      writeFileSync(mark, "");
      assert.equal((await find()).plugin, "stand-in", mark);
      rmSync(mark);
    }
  });

  it("doesn't take a home of ours that it was started with for the user's", async () => {
    pulumiWithoutNetwork();
    process.env.PULUMI_HOME = (await find()).home;
    assert.equal((await find()).plugin, "stand-in");
  });

  it("downloads the exact version once, into a home of ours", async () => {
    pulumiThatDownloads();
    const found = [await find(), await find()];
    assert.deepEqual(
      found.map(({ plugin }) => plugin),
      ["downloaded", "downloaded"],
    );
    assert.deepEqual(sandbox.calls(), ["plugin install resource command 1.2.1"]);
    assert.ok(existsSync(join(found[0]?.home ?? "", EXECUTABLE)));
    assert.deepEqual(readdirSync(sandbox.home), []);
  });

  it("uses the stand-in when the download fails, and tells who uses it why and how to retry", async () => {
    pulumiWithoutNetwork();
    const { plugin, home } = await find();
    assert.equal(plugin, "stand-in");
    assert.ok(existsSync(join(home, EXECUTABLE)));
    assert.match(sandbox.said.at(-1) ?? "", /stand-in .*: no such host \(next try in 6 h, or now after: rm \//);
    assert.deepEqual(readdirSync(sandbox.home), []);
  });

  it("remembers a failed download, and still says that the stand-in is used", async () => {
    pulumiWithoutNetwork();
    for (let start = 0; start < 3; start++) assert.equal((await find()).plugin, "stand-in");
    assert.equal(sandbox.calls().length, 1);
    assert.equal(sandbox.said.filter((line) => line.includes("stand-in")).length, 3);
  });

  it("tries again once the failure is old, or removed as told", async () => {
    pulumiWithoutNetwork();
    await find();
    const sevenHoursAgo = Date.now() / 1000 - 7 * 3600;
    utimesSync(failureFile(), sevenHoursAgo, sevenHoursAgo);
    await find();
    assert.equal(sandbox.calls().length, 2);

    rmSync(failureFile());
    pulumiThatDownloads();
    assert.equal((await find()).plugin, "downloaded");
  });

  it("takes a download that left no plugin for a failed one", async () => {
    sandbox.script(join(sandbox.bin, "pulumi"), "exit 0");
    assert.equal((await find()).plugin, "stand-in");
    assert.equal(readdirSync(cachePath("engine/homes")).filter((home) => home.startsWith("resource")).length, 0);
  });
});
