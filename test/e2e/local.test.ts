import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Machine, startMachine } from "../../examples/start/machine";
import { findOpenSsh } from "../../examples/start/openssh";
import { Stack } from "../../examples/start/stack";
import { describeHosts } from "../hosts";
import { CLIENT, SERVER } from "./fleet";

describeHosts("the machine that runs the program", function () {
  this.timeout(120_000);

  let folder: string;
  let machine: Machine;
  let stack: Stack;
  let pristine: unknown[];
  const up = (...options: string[]) => stack.expect(["up", "--yes", "--skip-preview", ...options]);
  const VALUES = [
    "clientaliveinterval 300",
    "clientalivecountmax 2",
    "serveraliveinterval 300",
    "serveralivecountmax 2",
  ];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-local-"));
    // Nobody's key may log in: nothing dials it.
    machine = await startMachine("workstation", folder, "", await findOpenSsh(() => {}));
    pristine = configs();
    const { sshdConfig, sshConfig, journal } = machine;
    const pulumi = process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi";
    stack = new Stack({ pulumi, env: {} }, "local", folder, () => {});
    const hosts = [{ name: "workstation", local: true, paths: { sshdConfig, sshConfig, journal } }];
    await stack.create({ hosts, server: SERVER, client: CLIENT }, "of no use here");
  });
  after(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Content, mode and owner of the files that are managed. */
  function configs(): unknown[] {
    return [machine.sshdConfig, machine.sshConfig].map((file) => {
      const { mode, uid, gid } = statSync(file);
      return [readFileSync(file, "utf8"), mode, uid, gid];
    });
  }

  it("is read by preview, which changes nothing", async () => {
    const output = await stack.expect(["preview"]);
    assert.match(output, /workstation: would change/);
    assert.match(output, /\+ +command:local:Command fleet-workstation/);
    assert.match(output, /recap: ok=0 changed=1/);
    assert.deepEqual(configs(), pristine);
  });

  it("is configured by up without being dialled, and settled then", async () => {
    assert.match(await up(), /recap: ok=0 changed=1/);
    assert.deepEqual(machine.effective().sort(), [...VALUES].sort());
    assert.match(await up("--expect-no-changes"), /recap: ok=1 changed=0/);
    assert.doesNotMatch(readFileSync(join(folder, "workstation", "sshd.log"), "utf8"), /Connection|Accepted/);
  });

  it("is found to have drifted, and brought back", async () => {
    const drifted = readFileSync(machine.sshConfig, "utf8").replace("ServerAliveInterval 300", "ServerAliveInterval 7");
    writeFileSync(machine.sshConfig, drifted);
    assert.match(await stack.expect(["preview"]), /-.*ServerAliveInterval 7\n.*\+.*ServerAliveInterval 300\n/);
    assert.match(await up(), /recap: ok=0 changed=1/);
    assert.deepEqual(machine.effective().sort(), [...VALUES].sort());
  });

  it("gets every byte back by destroy", async () => {
    await stack.expect(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual(configs(), pristine);
  });
});
