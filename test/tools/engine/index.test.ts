import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { findEngine } from "../../../tools/engine";
import { fakeEngine, useSandbox } from "./sandbox";

describe("an engine", () => {
  const sandbox = useSandbox();

  it("comes with an environment in which its own CLI, language host and plugin are found first", async () => {
    const folder = join(sandbox.root, "pulumi/bin");
    fakeEngine(sandbox, folder);
    sandbox.script(
      join(sandbox.home, ".pulumi/plugins/resource-command-v1.2.1/pulumi-resource-command"),
      "echo plugin",
    );
    process.env.PATH += `:${folder}`;

    const { env, ...engine } = await findEngine(sandbox.say);
    assert.deepEqual(engine, { pulumi: join(folder, "pulumi"), origin: "path", plugin: "installed" });

    fakeEngine(sandbox, sandbox.bin, "another");
    const seen = execFileSync(
      "sh",
      ["-c", 'command -v pulumi; command -v pulumi-language-nodejs; "$PULUMI_HOME"/plugins/*/pulumi-resource-command'],
      { env: { ...process.env, ...env }, encoding: "utf8" },
    );
    assert.deepEqual(seen.trim().split("\n"), [
      join(folder, "pulumi"),
      join(folder, "pulumi-language-nodejs"),
      "plugin",
    ]);
  });
});
