import assert from "node:assert/strict";
import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc";
import { checkInputs } from "../../../tools/command-plugin/check";

const secret = (value: unknown) => ({ [specialSigKey]: specialSecretSig, value });

const remote = (inputs: Record<string, unknown>) => checkInputs("command:remote:Command", inputs);
const local = (inputs: Record<string, unknown>) => checkInputs("command:local:Command", inputs);

describe("command plugin: inputs", () => {
  it("get the official defaults, also those of a proxy", () => {
    const endpoint = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
    const { inputs, failures } = remote({ connection: { host: "a", proxy: { host: "b", user: "jump" } } });
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, {
      addPreviousOutputInEnv: true,
      connection: secret({ ...endpoint, host: "a", proxy: { ...endpoint, host: "b", user: "jump" } }),
    });
  });

  it("have a secret connection as a whole, with no marks inside", () => {
    const { inputs } = remote({ connection: { host: "a", password: secret("p") } });
    assert.equal(inputs.connection[specialSigKey], specialSecretSig);
    assert.equal(inputs.connection.value.password, "p");
  });

  it("keep their secrets and, in a preview, their unknowns", () => {
    const given = {
      create: unknownValue,
      stdin: secret("s"),
      environment: { A: unknownValue, B: secret("b") },
      triggers: [secret(1), unknownValue, { any: "thing" }],
    };
    const { inputs, failures } = local(given);
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, { ...given, addPreviousOutputInEnv: true });
  });

  it("may be unknown where they are required", () => {
    assert.deepEqual(remote({ connection: unknownValue }).failures, []);
    assert.deepEqual(remote({ connection: secret({ host: unknownValue }) }).failures, []);
  });

  const refused: { what: string; inputs: Record<string, unknown>; property: string; reason: RegExp }[] = [
    { what: "no connection", inputs: {}, property: "connection", reason: /missing/ },
    { what: "no host", inputs: { connection: {} }, property: "connection.host", reason: /missing/ },
    {
      what: "no host of the proxy",
      inputs: { connection: secret({ host: "a", proxy: {} }) },
      property: "connection.proxy.host",
      reason: /missing/,
    },
    {
      what: "a misspelled property",
      inputs: { connection: { host: "a", hostkey: "k" } },
      property: "connection.hostkey",
      reason: /unknown property.*hostKey/,
    },
    {
      what: "a port in quotes",
      inputs: { connection: { host: "a", port: "22" } },
      property: "connection.port",
      reason: /^expected number, got string$/,
    },
    {
      what: "a fraction of an attempt",
      inputs: { connection: { host: "a", dialErrorLimit: 1.5 } },
      property: "connection.dialErrorLimit",
      reason: /^expected integer, got number$/,
    },
    {
      what: "a number as a variable",
      inputs: { connection: { host: "a" }, environment: { N: 1 } },
      property: "environment.N",
      reason: /^expected string, got number$/,
    },
    {
      what: "a single trigger without a list",
      inputs: { connection: { host: "a" }, triggers: "t" },
      property: "triggers",
      reason: /^expected array, got string$/,
    },
    {
      what: "an unknown logging",
      inputs: { connection: { host: "a" }, logging: "all" },
      property: "logging",
      reason: /stdout, stderr, stdoutAndStderr, none, got "all"/,
    },
  ];
  for (const { what, inputs, property, reason } of refused) {
    it(`are refused with ${what}, by the property's path`, () => {
      const { failures = [] } = remote(inputs);
      assert.deepEqual(
        failures.map((failure) => failure.property),
        [property],
      );
      assert.match(failures[0]?.reason ?? "", reason);
    });
  }

  for (const property of ["assetPaths", "archivePaths"]) {
    it(`are refused with ${property}, and the error names the official plugin`, () => {
      const { failures = [] } = local({ [property]: ["*.txt"] });
      assert.equal(failures[0]?.property, property);
      assert.match(failures[0]?.reason ?? "", /official command plugin, version 1\.2\.1/);
    });
  }

  it("of another resource are refused, and the error names the official plugin", () => {
    assert.throws(() => checkInputs("command:remote:CopyToRemote", {}), /CopyToRemote.*official command plugin/);
  });
});
