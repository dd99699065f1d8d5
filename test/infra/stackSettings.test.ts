import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { stackSettings } from "../../infra/stackSettings";

function settings(config: Record<string, unknown>) {
  const json = Object.entries(config).map(([key, value]) => [
    `fleet:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(json));
  return stackSettings(new pulumi.Config("fleet"));
}

describe("the stack's configuration", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("has the same names as the component's settings", () => {
    const { hosts, server, parallel, onUnreachable } = settings({
      hosts: [{ name: "web-1", port: 2222 }],
      server: { clientAliveInterval: 300 },
      parallel: 8,
      onUnreachable: "skip",
    });
    assert.equal(hosts[0]?.port, 2222);
    assert.deepEqual([server, parallel, onUnreachable], [{ clientAliveInterval: 300 }, 8, "skip"]);
  });

  it("gives the stack's login to hosts that have none of their own", () => {
    const { hosts } = settings({
      hosts: [{ name: "a" }, { name: "b", agentSocketPath: "/run/agent" }],
      privateKey: "KEY",
    });
    assert.ok(pulumi.Output.isInstance(hosts[0]?.privateKey));
    assert.equal(hosts[1]?.privateKey, undefined);
  });

  it("is refused where it has a key that means nothing", () => {
    assert.throws(() => settings({ hosts: [], sever: {} }), /has no use for fleet:sever; the settings are hosts, /);
  });

  it("is refused without hosts", () => {
    assert.throws(() => settings({}), /hosts/);
  });
});
