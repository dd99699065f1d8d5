import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "../../components";
import { SettingsError } from "../../components/settings";
import { stackSettings } from "../../infra/stackSettings";

const INVENTORY = `
Host web-1
    HostName 192.0.2.11
    User deploy
    IdentityFile ~/.ssh/web
Host web-2
    HostName 192.0.2.12
Host db-1
    HostName 192.0.2.21
`;

describe("the stack's configuration", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-stack-"));
    writeFileSync(join(folder, "inventory"), INVENTORY);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  /** As Pulumi hands it over: lists and groups as JSON, all else as text. */
  function settings(config: Record<string, unknown>) {
    const texts = Object.entries(config).map(([key, value]) => [
      `fleet:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    pulumi.runtime.setAllConfig(Object.fromEntries(texts));
    return stackSettings(new pulumi.Config("fleet"), folder);
  }

  function mistakes(config: Record<string, unknown>): string[] {
    try {
      settings(config);
    } catch (error) {
      assert.ok(error instanceof SettingsError, String(error));
      return error.mistakes;
    }
    return [];
  }

  function known<T>(value: pulumi.Input<T> | undefined): Promise<T> {
    assert.ok(pulumi.Output.isInstance(value), "it is no output");
    return new Promise((resolve) => pulumi.output(value as pulumi.Output<T>).apply((it) => resolve(it as T)));
  }

  it("has the same names as the component's settings", () => {
    const { hosts, server, become, select, parallel, bootTimeout, onUnreachable, trustOnFirstUse } = settings({
      hosts: [{ name: "web-1", port: 2222 }],
      server: { clientAliveInterval: 300 },
      become: { method: "sudo" },
      select: ["web-*"],
      parallel: 8,
      bootTimeout: 30,
      onUnreachable: "skip",
      trustOnFirstUse: true,
    });
    assert.equal(hosts[0]?.port, 2222);
    assert.deepEqual([server, become, select], [{ clientAliveInterval: 300 }, { method: "sudo" }, ["web-*"]]);
    assert.deepEqual([parallel, bootTimeout, onUnreachable, trustOnFirstUse], [8, 30, "skip", true]);
  });

  it("is refused with all its mistakes at once, of its own keys and of the component's", () => {
    assert.deepEqual(
      mistakes({
        hosts: [{ name: "a", port: "ssh" }, { name: "b" }, { name: "b" }],
        parallel: "lots",
        takeOver: "yes",
        become: "sudo",
        inventory: { sshconfig: "inventory" },
        privatKey: "KEY",
        privateKeyPassword: "s3cret",
        sever: {},
      }),
      [
        'hosts[0].port: "ssh" is not allowed; it takes a whole number from 1 to 65535',
        "become: a text is not allowed; it takes a group of settings",
        'takeOver: "yes" is not allowed; it takes true or false',
        'parallel: "lots" is not allowed; it takes a whole number from 1 to 1024',
        "inventory.sshConfig: nothing is not allowed; it takes the path of an OpenSSH client configuration, on one line",
        "inventory.sshconfig: there is no such setting; did you mean sshConfig?",
        "privatKey: there is no such setting; did you mean privateKey?",
        "sever: there is no such setting; did you mean server?",
        "privateKeyPassword: its value (not shown) is not allowed alone; it takes a privateKey or a privateKeyFile beside it",
        'hosts[2].name: "b" is not allowed; it takes a name of its own; hosts[1] has this one',
      ],
    );
  });

  it("is refused without hosts", () => {
    assert.deepEqual(mistakes({}), [
      "hosts: nothing is not allowed; it takes a list of hosts, or an inventory beside it",
    ]);
  });

  it("takes what looks like a number for text where text belongs", async () => {
    const { owner, hosts } = settings({ hosts: [{ name: "a" }], owner: "42", password: "0123" });
    assert.equal(owner, "42");
    assert.equal(await known(hosts[0]?.password), "0123");
  });

  it("gives the stack's login to hosts that have none of their own and are not local", async () => {
    const { hosts, ...rest } = settings({
      hosts: [{ name: "a" }, { name: "b", agentSocketPath: "/run/agent" }, { name: "c", local: true }],
      privateKey: "KEY",
    });
    assert.equal(await known(hosts[0]?.privateKey), "KEY");
    assert.deepEqual(hosts.slice(1), [
      { name: "b", agentSocketPath: "/run/agent" },
      { name: "c", local: true },
    ]);
    assert.deepEqual(rest, {});
  });

  it("keeps secrets inside lists and groups secret, and all else plain", async () => {
    const { hosts, become } = settings({
      hosts: [{ name: "a", user: "deploy", password: "s3cret", proxy: { address: "b", privateKey: "KEY" } }],
      become: { method: "sudo", password: "s3cret" },
    });
    const [{ name, user, password, proxy }] = hosts as [HostArgs];
    assert.deepEqual([name, user, proxy?.address, become?.method], ["a", "deploy", "b", "sudo"]);
    for (const secret of [password, proxy?.privateKey, become?.password]) {
      await known(secret);
      assert.ok(await pulumi.isSecret(secret as pulumi.Output<string>));
    }
  });

  it("takes file names from the project's folder, and leaves the home directory's alone", () => {
    const { hosts, become, knownHosts } = settings({
      hosts: [{ name: "a", privateKeyFile: "keys/a" }, { name: "b", passwordFile: "~/pw" }, { name: "c" }],
      become: { method: "sudo", passwordFile: "pw" },
      knownHosts: "inventory/known_hosts",
      privateKeyFile: "/etc/keys/all",
    });
    assert.deepEqual(
      [hosts[0]?.privateKeyFile, hosts[1]?.passwordFile, hosts[2]?.privateKeyFile, become?.passwordFile, knownHosts],
      [join(folder, "keys/a"), "~/pw", "/etc/keys/all", join(folder, "pw"), join(folder, "inventory/known_hosts")],
    );
  });

  it("has the inventory's hosts, and what it says of them itself comes over that", () => {
    const { hosts } = settings({
      inventory: { sshConfig: "inventory", select: ["web-*"] },
      hosts: [
        { name: "web-2", server: { clientAliveInterval: 60 } },
        { name: "extra", address: "192.0.2.99" },
      ],
    });
    assert.deepEqual(
      hosts.map(({ name, address, server }) => [name, address, server]),
      [
        ["web-2", "192.0.2.12", { clientAliveInterval: 60 }],
        ["extra", "192.0.2.99", undefined],
        ["web-1", "192.0.2.11", undefined],
      ],
    );
  });

  it("gives a host another login than the inventory's as a whole", async () => {
    const { hosts } = settings({
      inventory: { sshConfig: "inventory", select: ["web-1"] },
      hosts: [{ name: "web-1", password: "s3cret" }],
    });
    assert.equal(hosts[0]?.privateKeyFile, undefined);
    assert.equal(hosts[0]?.user, "deploy");
    assert.equal(await known(hosts[0]?.password), "s3cret");
  });

  it("tells of an inventory that can't be read among its other mistakes", () => {
    const [parallel, inventory] = mistakes({ inventory: { sshConfig: "missing" }, parallel: 0 });
    assert.match(parallel ?? "", /^parallel: 0 is not allowed/);
    assert.match(inventory ?? "", /^inventory\.sshConfig: .*\/missing can't be read/);
  });

  it("with a key under a name that is nearly the project's is refused rather than passed over", () => {
    pulumi.runtime.setAllConfig({ "ssh_keepalive:server": "{}", "aws:region": "x", "ssh-keepalive:hosts": "[]" });
    assert.throws(
      () => stackSettings(new pulumi.Config("ssh-keepalive"), folder),
      /ssh_keepalive:server: there is no such project; did you mean ssh-keepalive:server\?$/,
    );
  });
});
