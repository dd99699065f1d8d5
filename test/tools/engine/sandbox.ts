import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "mocha";
import { findExecutable, pathFolders } from "../../../tools/engine/path";
import { CLI_VERSION } from "../../../tools/engine/versions";

/** A machine of its own for each test: an empty home, an empty cache, and a PATH of fakes and a few basics. */
export interface Sandbox {
  readonly root: string;
  /** On PATH. */
  readonly bin: string;
  readonly home: string;
  readonly cache: string;
  readonly said: string[];
  say(line: string): void;
  /** Writes an executable shell script. */
  script(file: string, body: string): void;
  /** The lines that scripts wrote by `echo … >>"$CALLS"`. */
  calls(): string[];
}

// All that our fakes use. The machine's own pulumi, go and npm must not be found.
const SYSTEM_TOOLS = ["sh", "basename", "chmod", "ln", "mkdir", "sleep"];
const VARIABLES = ["PATH", "HOME", "XDG_CACHE_HOME", "PULUMI_HOME", "CALLS"];

export function useSandbox(): Sandbox {
  const sandbox = { root: "", bin: "", home: "", cache: "", said: [] as string[], say, script, calls };
  let before: NodeJS.ProcessEnv;

  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), "engine-test-"));
    const cache = join(root, "cache/ssh-keepalive");
    Object.assign(sandbox, { root, bin: join(root, "bin"), home: join(root, "home"), cache, said: [] });
    for (const folder of [sandbox.bin, sandbox.home, join(root, "system")]) mkdirSync(folder);
    for (const tool of SYSTEM_TOOLS) {
      symlinkSync(findExecutable(tool, pathFolders()) ?? assert.fail(`no ${tool}`), join(root, "system", tool));
    }
    before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
    delete process.env.PULUMI_HOME;
    process.env.PATH = `${sandbox.bin}:${join(root, "system")}`;
    process.env.HOME = sandbox.home;
    process.env.XDG_CACHE_HOME = join(root, "cache");
    process.env.CALLS = join(root, "calls");
  });

  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(sandbox.root, { recursive: true, force: true });
  });

  function say(line: string): void {
    sandbox.said.push(line);
  }

  function script(file: string, body: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
  }

  function calls(): string[] {
    try {
      return readFileSync(join(sandbox.root, "calls"), "utf8").trim().split("\n");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  return sandbox;
}

/** Fakes of the CLI and its language host in one folder. */
export function fakeEngine(sandbox: Sandbox, folder: string, version = `v${CLI_VERSION}`): void {
  sandbox.script(join(folder, "pulumi"), `echo '${version}'`);
  sandbox.script(join(folder, "pulumi-language-nodejs"), "exit 0");
}
