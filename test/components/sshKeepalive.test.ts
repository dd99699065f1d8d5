import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { type HostArgs, SshKeepalive } from "../../components";
import { type Machine, startMachine } from "../../examples/start/machine";

describe("the component", () => {
  let box: string;
  let machine: Machine;
  let host: HostArgs;
  let children: MockResourceArgs[];
  let registered: EventEmitter;

  before(async () => {
    box = mkdtempSync(join(tmpdir(), "ssh-keepalive-component-"));
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(box, "key")]);
    const authorizedKey = readFileSync(join(box, "key.pub"), "utf8");
    machine = await startMachine("local", box, authorizedKey, { sshd: "/usr/sbin/sshd", ssh: "ssh" });
    const { port, hostKey, sshdConfig, sshConfig, journal } = machine;
    host = {
      name: "web-1",
      address: "127.0.0.1",
      port,
      user: userInfo().username,
      privateKey: pulumi.secret(readFileSync(join(box, "key"), "utf8")),
      hostKey,
      paths: { sshdConfig, sshConfig, journal },
    };
  });
  after(async () => {
    await machine?.stop();
    rmSync(box, { recursive: true, force: true });
  });

  beforeEach(async () => {
    children = [];
    registered = new EventEmitter();
    const mocks: pulumi.runtime.Mocks = {
      newResource: (args) => {
        if (args.type !== "ssh-keepalive:index:SshKeepalive") {
          children.push(args);
          registered.emit("child");
        }
        return { id: `${args.name}-id`, state: args.inputs };
      },
      call: ({ inputs }) => inputs,
    };
    await pulumi.runtime.setMocks(mocks, "project", "stack", true);
  });

  function known<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
  }

  /** The inputs of the children, once the engine has heard of so many. */
  async function inputsOf(count: number): Promise<Record<string, MockResourceArgs["inputs"]>> {
    while (children.length < count) await once(registered, "child");
    return Object.fromEntries(children.map(({ name, inputs }) => [name, inputs]));
  }

  it("has one command as its child for each host, named after both, with all that undo needs", async () => {
    const fleet = new SshKeepalive("fleet", { hosts: [host], server: { clientAliveInterval: 300 } });
    await known(fleet.effective);
    const { "fleet-web-1": inputs } = await inputsOf(1);
    assert.deepEqual(
      children.map(({ type, name }) => [type, name]),
      [["command:remote:Command", "fleet-web-1"]],
    );
    const { connection, create, update, delete: undo, stdin, ...rest } = inputs ?? {};
    assert.deepEqual(rest, { logging: "none", addPreviousOutputInEnv: false });
    assert.match(create, /^exec \/bin\/sh -c '/);
    assert.match(update, /^exec \/bin\/sh -c '/);
    assert.match(undo, /^exec \/bin\/sh -c '/);
    assert.match(stdin, /^ssh-keepalive-plan 1\n[\s\S]*\nowner project\/stack\nresource fleet-web-1\n[\s\S]*\nend\n$/);
    assert.match(stdin, /\n\+ClientAliveInterval 300\n/);
  });

  it("gives the command the checked host key and its one login, as a secret", async () => {
    const fleet = new SshKeepalive("fleet", { hosts: [host], server: { clientAliveInterval: 300 } });
    await known(fleet.effective);
    const { "fleet-web-1": inputs } = await inputsOf(1);
    assert.ok(pulumi.runtime.isRpcSecret(inputs?.connection));
    const { privateKey, ...rest } = pulumi.runtime.unwrapRpcSecret(inputs?.connection);
    assert.deepEqual(rest, {
      host: "127.0.0.1",
      port: machine.port,
      user: userInfo().username,
      hostKey: machine.hostKey,
      dialErrorLimit: 2,
      perDialTimeout: 10,
    });
    assert.match(privateKey, /PRIVATE KEY/);
  });

  it("foresees the effective values in preview", async () => {
    const fleet = new SshKeepalive("fleet", { hosts: [host], client: { serverAliveInterval: 60 } });
    assert.deepEqual(await known(fleet.effective), {
      "web-1": [{ role: "client", values: { ServerAliveInterval: 60, ServerAliveCountMax: 3 } }],
    });
  });

  it("gives a host that can't be checked no login and no command", async () => {
    const stranger = { ...host, name: "web-2", address: "localhost", hostKey: undefined };
    const settings = { hosts: [host, stranger], server: { clientAliveInterval: 300 }, knownHosts: join(box, "none") };
    await known(new SshKeepalive("fleet", settings).effective);
    const { "fleet-web-2": held = {} } = await inputsOf(2);
    const { host: address, privateKey, password } = pulumi.runtime.unwrapRpcSecret(held.connection);
    assert.deepEqual([address, privateKey, password], ["localhost", undefined, undefined]);
    assert.deepEqual([held.create, held.delete, held.stdin], [undefined, undefined, undefined]);
  });

  it("throws at once for settings that are not usable, with all mistakes", () => {
    const settings = { hosts: [host, host], server: { clientAliveInterval: -1 } };
    assert.throws(
      () => new SshKeepalive("fleet", settings),
      /2 settings are not usable; nothing was touched:\n {2}server\.clientAliveInterval: -1 .*\n {2}hosts\[1\]\.name/,
    );
  });

  it("registers nothing and throws at once for a name that can be none", () => {
    assert.throws(
      () => new SshKeepalive("fleet", { hosts: [{ name: "a b" }] }),
      /hosts\[0\]\.name: "a b" is not allowed/,
    );
    assert.deepEqual(children, []);
  });
});
