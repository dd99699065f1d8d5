import assert from "node:assert/strict";
import { access, readFile, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import * as command from "@pulumi/command";
import { type EngineEvent, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { installStandIn } from "../../../tools/command-plugin/install";
import { Sshd, temporaryFolder } from "./sshd";

describe("command plugin: under the real engine", function () {
  this.timeout(120_000);
  let folder: string;
  let log: string;
  let sshd: Sshd;
  let stack: Stack;
  let inputs: Partial<command.remote.CommandArgs>;

  before(async function () {
    if (!(await onPath("pulumi"))) {
      this.test?.parent?.tests.forEach((test) => {
        test.title += " [skipped: no `pulumi` on PATH]";
      });
      this.skip();
    }
    sshd = await Sshd.start();
  });
  after(() => sshd?.stop());

  beforeEach(async () => {
    folder = await temporaryFolder();
    log = join(folder, "log");
    await installStandIn(join(folder, "plugins"));
    const program = async () => {
      const { stdout } = new command.remote.Command("web", { connection: sshd.connection, ...inputs });
      return { stdout };
    };
    stack = await LocalWorkspace.createStack(
      { stackName: "dev", projectName: "project", program },
      {
        workDir: folder,
        projectSettings: { name: "project", runtime: "nodejs", backend: { url: `file://${folder}` } },
        envVars: {
          PULUMI_HOME: folder,
          PULUMI_BACKEND_URL: `file://${folder}`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
        },
      },
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What ran on the host, in order. */
  const ran = async () => (await readFile(log, "utf8")).trim().split("\n");
  const isWeb = ({ urn }: { urn: string }) => urn.endsWith("::web");
  const say = (word: string) => `echo ${word} >> ${log}; echo ${word}`;

  /** The engine's plan for the command, with the properties that it says have changed. */
  async function plan(): Promise<{ op: string; diff: Record<string, string> }> {
    const events: EngineEvent[] = [];
    await stack.preview({ onEvent: (event) => events.push(event) });
    const step = events
      .map(({ resourcePreEvent }) => resourcePreEvent?.metadata)
      .find((found) => found?.urn.endsWith("::web"));
    const diff = Object.entries(step?.detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind]);
    return { op: step?.op ?? "none", diff: Object.fromEntries(diff) };
  }

  it("runs nothing in a preview", async () => {
    inputs = { create: say("created") };
    assert.deepEqual(await plan(), { op: "create", diff: {} });
    await assert.rejects(access(log));
  });

  it("creates, leaves alone, updates, replaces on changed triggers, and deletes", async () => {
    inputs = { create: say("created"), update: say("updated"), delete: say("deleted"), triggers: [1] };
    const created = await stack.up();
    assert.equal(created.outputs.stdout?.value, "created");
    assert.equal(created.outputs.stdout?.secret, false);
    assert.deepEqual(await ran(), ["created"]);

    assert.equal((await plan()).op, "same");
    await stack.up();
    assert.deepEqual(await ran(), ["created"]);

    inputs.stdin = "new";
    assert.deepEqual(await plan(), { op: "update", diff: { stdin: "add" } });
    assert.equal((await stack.up()).outputs.stdout?.value, "updated");
    assert.deepEqual(await ran(), ["created", "updated"]);

    inputs.triggers = [2];
    assert.equal((await plan()).diff["triggers[0]"], "update-replace");
    await stack.up();
    assert.deepEqual(await ran(), ["created", "updated", "created", "deleted"]);

    await stack.destroy();
    assert.deepEqual(await ran(), ["created", "updated", "created", "deleted", "deleted"]);
  });

  it("keeps the connection secret, in the state and in what it shows", async () => {
    inputs = { create: "echo created" };
    const { stdout } = await stack.up();
    const state = await readFile(join(folder, ".pulumi", "stacks", "project", "dev.json"), "utf8");
    const web = JSON.parse(state).checkpoint.latest.resources.find(isWeb);
    assert.ok(web.inputs.connection.ciphertext);
    assert.ok(web.outputs.connection.ciphertext);
    assert.equal(web.outputs.create, "echo created");
    assert.doesNotMatch(state + stdout, /PRIVATE KEY/);
  });

  it("keeps the old state when an update fails, and tries again", async () => {
    inputs = { create: "echo before" };
    await stack.up();
    inputs = { create: "echo trouble; exit 3" };
    await assert.rejects(stack.up(), /Process exited with status 3: running "echo trouble; exit 3":\s+trouble/);
    const web = (await stack.exportStack()).deployment.resources.find(isWeb);
    assert.equal(web.outputs.create, "echo before");
    assert.equal(web.outputs.stdout, "before");
    inputs = { create: "echo after" };
    assert.equal((await stack.up()).outputs.stdout?.value, "after");
  });

  it("records nothing when the creation fails", async () => {
    inputs = { create: "exit 3" };
    await assert.rejects(stack.up());
    const { resources = [] } = (await stack.exportStack()).deployment;
    assert.ok(!resources.some(isWeb));
  });

  it("shows a misspelled property by its path", async () => {
    const misspelled: object = { ...sshd.connection, hostkey: sshd.hostKey };
    inputs = { create: "true", connection: misspelled as command.types.input.remote.ConnectionArgs };
    await assert.rejects(stack.preview(), /connection\.hostkey.*unknown property/s);
  });

  it("shows an error of more than any usual header's size in whole", async () => {
    inputs = { create: "head -c 300000 /dev/zero | tr '\\0' x; echo; echo the end; exit 3", logging: "none" };
    await assert.rejects(stack.up(), /x{300000}\s+the end/);
  });

  it("shows what the command prints as the resource's progress", async () => {
    inputs = { create: "echo hello" };
    const events: EngineEvent[] = [];
    await stack.up({ onEvent: (event) => events.push(event) });
    const shown = events
      .map(({ diagnosticEvent }) => diagnosticEvent)
      .find((found) => found?.message.includes("hello"));
    assert.match(shown?.urn ?? "", /::web$/);
    assert.equal(shown?.severity, "info");
    assert.equal(shown?.ephemeral, true);
  });

  it("takes the installed stand-in with no warning", async () => {
    inputs = { create: "true" };
    const { stdout, stderr } = await stack.up();
    assert.doesNotMatch(stdout + stderr, /warning/i);
  });
});

async function onPath(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, program))));
  return found.some(({ status }) => status === "fulfilled");
}
