import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  resolveFleet,
  SettingsError,
  type SshKeepaliveArgs,
  validateKnown,
  validateNames,
} from "../../../components/settings";

describe("settings with outputs in them", () => {
  beforeEach(() => pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }));

  const later = <T>(value: T) => pulumi.output(Promise.resolve(value));
  const unknown = pulumi.Output.create(pulumi.unknown) as pulumi.Output<string>;

  it("are no mistake before they are known, also where they are required or stand for a key", () => {
    validateKnown({
      hosts: [
        {
          name: "web-1",
          address: later("192.0.2.1"),
          privateKey: later("KEY"),
          privateKeyPassword: later("s3cret"),
          proxy: { address: later("192.0.2.2") },
        },
        { name: "web-2", address: later("192.0.2.3") },
      ],
      server: { clientAliveInterval: later(300) },
    });
  });

  it("are checked once they are known", async () => {
    await assert.rejects(
      resolveFleet({ hosts: [{ name: "web-1", port: later(0) }], server: { clientAliveInterval: later(-1) } }),
      {
        mistakes: [
          "hosts[0].port: 0 is not allowed; it takes a whole number from 1 to 65535",
          "server.clientAliveInterval: -1 is not allowed; it takes a whole number of seconds from 0 to 2147483647",
        ],
      },
    );
  });

  it("name the hosts that wait for others in preview, and pass over what is not known", async () => {
    const { notYetKnown } = await resolveFleet({
      hosts: [
        { name: "new", address: unknown },
        { name: "new-too", address: unknown },
        { name: "behind", address: "10.0.0.1", proxy: { address: unknown } },
        { name: "old", address: "192.0.2.1" },
      ],
    });
    assert.deepEqual([...notYetKnown], ["new", "new-too", "behind"]);
  });

  it("two names of one machine are found when the address becomes known", async () => {
    const hosts = [
      { name: "a", address: later("192.0.2.1") },
      { name: "b", address: "192.0.2.1" },
    ];
    validateKnown({ hosts });
    await assert.rejects(resolveFleet({ hosts }), /hosts\[0\] \("a"\) is this one already/);
  });

  it("never show a value that came as a secret, whatever it was given for", async () => {
    const args: SshKeepaliveArgs = {
      hosts: [{ name: "web-1", user: pulumi.secret("s3 cret") }],
      become: pulumi.secret({ method: "s3cret" }) as never,
    };
    await assert.rejects(resolveFleet(args), (error) => {
      assert.ok(error instanceof SettingsError);
      assert.match(error.message, /hosts\[0\]\.user: its value \(not shown\) is not allowed; it takes a user name/);
      assert.match(error.message, /become\.method: its value \(not shown\) is not allowed/);
      assert.doesNotMatch(error.message, /cret"/);
      return true;
    });
  });

  it("a name or a list of hosts that is known only later is refused, as it names resources", () => {
    assert.throws(() => validateNames("fleet", later([])), /hosts: an output is not allowed; it takes a list/);
    assert.throws(() => validateNames("fleet", [{ name: later("a") }]), /hosts\[0\]\.name: an output is not allowed/);
  });
});
