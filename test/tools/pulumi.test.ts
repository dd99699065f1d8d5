import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { CLI_VERSION } from "../../tools/engine/versions";
import { useSandbox } from "./engine/sandbox";

const ROOT = resolve(__dirname, "../..");

describe("npm run pulumi", () => {
  const sandbox = useSandbox();
  beforeEach(() => {
    sandbox.script(join(sandbox.bin, "pulumi-language-nodejs"), "exit 0");
  });

  /** A `pulumi` on PATH that does `body`, except when it is asked for its version or for a plugin. */
  const pulumi = (body: string) =>
    sandbox.script(
      join(sandbox.bin, "pulumi"),
      `case "$1" in version) echo v${CLI_VERSION};; plugin) exit 255;; *) ${body};; esac`,
    );
  const npmRunPulumi = (...args: string[]) => {
    const program = ["--require", "tsx/cjs", join(ROOT, "tools/pulumi.ts"), ...args];
    const { status, stdout } = spawnSync(process.execPath, program, { cwd: ROOT, encoding: "utf8" });
    return { status, lines: stdout.trim().split("\n") };
  };

  it("runs the engine at the project's root with the user's arguments, and exits with its code", () => {
    pulumi('pwd; echo "$*"; exit 7');
    assert.deepEqual(npmRunPulumi("preview", "--diff"), { status: 7, lines: [ROOT, "preview --diff"] });
  });

  it("exits with 128 + n when a signal ends the engine", () => {
    pulumi("kill -KILL $$");
    assert.equal(npmRunPulumi("preview").status, 137);
  });

  const printHomes = 'echo "$PULUMI_HOME"; echo "$PULUMI_CREDENTIALS_PATH"';

  it("leaves the user's PULUMI_HOME where that has the plugin", () => {
    pulumi(printHomes);
    const usersHome = join(sandbox.home, ".pulumi");
    sandbox.script(join(usersHome, "plugins/resource-command-v1.2.1/pulumi-resource-command"), "exit 0");
    assert.deepEqual(npmRunPulumi("preview").lines, [usersHome, usersHome]);
  });

  it("keeps the user's login where the plugin comes from a home of ours", () => {
    pulumi(printHomes);
    const [home, credentials] = npmRunPulumi("preview").lines;
    assert.ok(home?.startsWith(sandbox.cache), home);
    assert.equal(credentials, join(sandbox.home, ".pulumi"));
  });
});
