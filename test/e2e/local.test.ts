import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Machine, startMachine } from "../../examples/start/machine";
import { findOpenSsh } from "../../examples/start/openssh";
import { Stack } from "../../examples/start/stack";
import { describeHosts } from "../hosts";
import { publicFolder } from "../support/publicFolder";
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
    folder = publicFolder("local");
    // Nobody's key may log in: nothing dials it.
    machine = await startMachine("workstation", folder, "", await findOpenSsh(() => {}));
    pristine = configs();
    const pulumi = process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi";
    stack = new Stack({ pulumi, env: {} }, "local", folder, () => {});
    await stack.create({ hosts: hosts(), server: SERVER, client: CLIENT }, "of no use here");
  });
  after(async () => {
    await machine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function hosts(over: object = {}): object[] {
    const { sshdConfig, sshConfig, journal } = machine;
    return [{ name: "workstation", local: true, paths: { sshdConfig, sshConfig, journal }, ...over }];
  }

  /** Puts a file over one of the machine's, for this run of the tests alone: it has mounts of its own. */
  function hide(path: string, content: string): void {
    const other = join(mkdtempSync(join(folder, "hides-")), "file");
    writeFileSync(other, content, { mode: 0o644 });
    execFileSync("mount", ["--bind", other, path]);
  }

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
    // It only looks there for sshd's greeting.
    assert.doesNotMatch(readFileSync(join(folder, "workstation", "sshd.log"), "utf8"), /Accepted|Failed|Invalid/);
  });

  it("is found to have drifted, and brought back", async () => {
    const drifted = readFileSync(machine.sshConfig, "utf8").replace("ServerAliveInterval 300", "ServerAliveInterval 7");
    writeFileSync(machine.sshConfig, drifted);
    assert.match(await stack.expect(["preview"]), /-.*ServerAliveInterval 7\n.*\+.*ServerAliveInterval 300\n/);
    assert.match(await up(), /recap: ok=0 changed=1/);
    assert.deepEqual(machine.effective().sort(), [...VALUES].sort());
  });

  describe("with a user of its own", () => {
    const UID = 61_234;
    let home: string;
    const session = () => join(home, ".putty", "sessions", "db");

    before(() => {
      home = join(folder, "home");
      mkdirSync(join(home, ".putty", "sessions"), { recursive: true });
      writeFileSync(session(), "HostName=db.example\nPingInterval=0\nPingIntervalSecs=0\n");
      for (const path of ["", ".putty", ".putty/sessions", ".putty/sessions/db"]) chownSync(join(home, path), UID, UID);
      const entry = `keeper:x:${UID}:${UID}::${home}:/bin/sh\n`;
      hide("/etc/passwd", readFileSync("/etc/passwd", "utf8") + entry);
    });
    after(() => execFileSync("umount", ["/etc/passwd"]));

    it("the workstation itself: all roles work without a login, and second time there is nothing to do", async () => {
      stack.configure({
        hosts: hosts(),
        server: SERVER,
        client: CLIENT,
        userClients: { keeper: { serverAliveInterval: 60 } },
        putty: { secondsBetweenKeepalives: 90, users: ["keeper"] },
      });
      const output = await up();
      assert.match(output, /client of keeper \(ssh -G\): ServerAliveInterval \d+ → 60/);
      assert.match(output, /putty of keeper \(.*\): db 0 → 90/);
      assert.equal(readFileSync(session(), "utf8"), "HostName=db.example\nPingInterval=1\nPingIntervalSecs=30\n");
      const { mode, uid } = statSync(join(home, ".ssh", "config"));
      assert.deepEqual([mode & 0o777, uid], [0o600, UID]);
      await up("--expect-no-changes");
    });

    it("gets what is its user's back where that is no longer wanted", async () => {
      stack.configure({ hosts: hosts(), server: SERVER, client: CLIENT });
      await up();
      assert.equal(existsSync(join(home, ".ssh")), false);
      assert.equal(readFileSync(session(), "utf8"), "HostName=db.example\nPingInterval=0\nPingIntervalSecs=0\n");
    });
  });

  it("is bound to its machine: on another one up leaves it alone, and destroy does not forget it", async () => {
    const machineId = "a".repeat(32);
    hide("/etc/machine-id", `${machineId}\n`);
    stack.configure({ hosts: hosts({ machineId }), server: SERVER, client: CLIENT });
    await up();
    const configured = configs();
    hide("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    try {
      const { code, output } = await stack.run(["up", "--yes", "--skip-preview"]);
      assert.notEqual(code, 0);
      assert.match(
        output,
        new RegExp(`workstation failed: its machineId is ${machineId}, and this machine is 0123456789abcdef`),
      );
      const destroyed = await stack.run(["destroy", "--yes", "--skip-preview"]);
      assert.notEqual(destroyed.code, 0, destroyed.output);
      assert.deepEqual(configs(), configured);
    } finally {
      for (const _ of [1, 2]) execFileSync("umount", ["/etc/machine-id"]);
    }
  });

  it("is bound anew by up where its machine got another identity", async () => {
    stack.configure({ hosts: hosts(), server: SERVER, client: CLIENT });
    assert.match(await up(), /recap: ok=0 changed=1/);
    await up("--expect-no-changes");
  });

  it("gets every byte back by destroy", async () => {
    await stack.expect(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual(configs(), pristine);
  });
});
