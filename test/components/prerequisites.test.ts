import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { comesFromResources, prerequisites } from "../../components/prerequisites";

class Thing extends pulumi.CustomResource {
  declare readonly address: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { address: undefined }, opts);
  }
}

class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
  }
}

describe("what the hosts of a component wait for", () => {
  /** As in a preview, in which a resource that is yet to be created has no id. */
  let create: (name: string) => Promise<string | undefined>;

  beforeEach(async () => {
    create = async (name) => `${name}-id`;
    const mocks: pulumi.runtime.Mocks = {
      newResource: async ({ name, type }) => ({
        id: type === "test:index:Thing" ? await create(name) : "",
        state: { address: "192.0.2.1" },
      }),
      call: ({ inputs }) => inputs,
    };
    await pulumi.runtime.setMocks(mocks, "project", "stack", true);
  });

  function waits(dependsOn?: pulumi.ComponentResourceOptions["dependsOn"]) {
    return prerequisites(new Group("fleet", { dependsOn }), dependsOn);
  }

  it("is nothing where the component depends on nothing", async () => {
    assert.deepEqual(await waits(), { met: true, some: false });
  });

  it("is there where the resources are", async () => {
    const rule = new Thing("rule");
    assert.deepEqual(await waits(rule), { met: true, some: true });
    assert.deepEqual(await waits([rule, new Thing("other")]), { met: true, some: true });
    assert.deepEqual(await waits(pulumi.output([rule])), { met: true, some: true });
  });

  it("is not there as long as one of the resources is yet to be created", async () => {
    create = async (name) => (name === "new" ? undefined : name);
    assert.deepEqual(await waits([new Thing("rule"), new Thing("new")]), { met: false, some: true });
  });

  it("may be a component, which has no id of its own", async () => {
    assert.deepEqual(await waits(new Group("network")), { met: true, some: true });
  });

  it("is waited for, with all that is in a component", async () => {
    const events: string[] = [];
    create = async (name) => {
      await new Promise(setImmediate);
      events.push("created");
      return name;
    };
    const network = new Group("network");
    new Thing("rule", { parent: network });
    await waits(network);
    events.push("met");
    assert.deepEqual(events, ["created", "met"]);
  });
});

describe("a host that may have been created a moment ago", () => {
  beforeEach(async () => {
    const mocks: pulumi.runtime.Mocks = {
      newResource: ({ name }) => ({ id: name, state: { address: "192.0.2.1" } }),
      call: ({ inputs }) => inputs,
    };
    await pulumi.runtime.setMocks(mocks, "project", "stack");
  });

  it("is one with an input of another resource's, wherever it stands", async () => {
    const { address } = new Thing("machine");
    assert.equal(await comesFromResources({ name: "web-1", address }), true);
    assert.equal(
      await comesFromResources({ name: "web-1", proxy: { address: pulumi.interpolate`${address}.` } }),
      true,
    );
  });

  it("is none whose inputs are all the program's own", async () => {
    const host = { name: "web-1", address: Promise.resolve("192.0.2.1"), privateKey: pulumi.secret("key") };
    assert.equal(await comesFromResources(host), false);
  });
});
