import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildEngine } from "../../../tools/engine/build";
import { CLI_VERSION, COMMAND_PLUGIN_VERSION, GO_MINIMUM, LANGUAGE_HOST_VERSION } from "../../../tools/engine/versions";
import { useSandbox } from "./sandbox";

const ROOT = resolve(__dirname, "../../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

describe("building the engine from its Go modules", () => {
  const sandbox = useSandbox();
  const build = () => {
    const directory = join(sandbox.root, "out");
    mkdirSync(directory);
    return buildEngine(directory, sandbox.say);
  };

  it("builds the CLI and the language host from the pinned modules, saying so before each", async () => {
    sandbox.script(join(sandbox.bin, "go"), 'echo "$(basename "$PWD") GOWORK=$GOWORK $*" >>"$CALLS"');
    await build();
    const [check, cli, host] = sandbox.calls();
    assert.equal(check, "cli GOWORK=off list -mod=readonly -m");
    assert.match(cli ?? "", /^cli GOWORK=off build -mod=readonly .*Version=3\.259\.0 -o .*\/out\/bin .*cmd\/pulumi$/);
    assert.match(host ?? "", /^language-host GOWORK=off build -mod=readonly .*\/pulumi-language-nodejs$/);
    assert.deepEqual(
      sandbox.said.map((line) => /^building .*(CLI|host)/.exec(line)?.[1]),
      ["CLI", "host"],
    );
  });

  it("says which Go is needed when there is none", async () => {
    process.env.PATH = sandbox.bin;
    await assert.rejects(build(), /Go 1\.25\.11 or newer is needed for that, and there is no `go` on PATH/);
  });

  it("repeats what Go says when it is too old", async () => {
    sandbox.script(join(sandbox.bin, "go"), "echo 'go.mod requires go >= 1.25.11 (running go 1.19)' >&2; exit 1");
    await assert.rejects(build(), /Go 1\.25\.11 or newer is needed for that\. .*running go 1\.19/);
  });
});

describe("pinned versions", () => {
  it("are the same in versions.ts, the Go modules and package.json", () => {
    const cli = read("tools/engine/cli/go.mod");
    assert.ok(cli.includes(`github.com/pulumi/pulumi/pkg/v3 v${CLI_VERSION} `));
    assert.ok(cli.includes(`\ngo ${GO_MINIMUM}\n`));
    assert.ok(
      read("tools/engine/language-host/go.mod").includes(`github.com/pulumi/pulumi/sdk/v3 v${LANGUAGE_HOST_VERSION} `),
    );
    assert.equal(JSON.parse(read("package.json")).dependencies["@pulumi/command"], COMMAND_PLUGIN_VERSION);
  });
});
