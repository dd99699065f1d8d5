import assert from "node:assert/strict";
import type { Journal } from "../../components/apply";
import type { Observation } from "../../components/observe";
import { claimedElsewhere, type Observed, registerHosts, sameMachine } from "../../components/sameMachine";
import type { Target } from "../../components/target";

/** A host of a fleet, as its settings name it and as it was read. */
interface Entry {
  name: string;
  hostKey?: string;
  local?: boolean;
  machine?: string;
  boot?: string;
  journalPath?: string;
  /** The resource that the machine's journal names. */
  heldBy?: string;
  /** Undefined where it did not answer. */
  silent?: boolean;
}

function observed({
  name,
  hostKey = "ssh-ed25519 A",
  local,
  machine = "m",
  boot = "b",
  heldBy,
  ...at
}: Entry): Observed {
  const target = local ? { kind: "local", name } : { kind: "remote", name, hostKey };
  return {
    kind: "observed",
    host: { name },
    target: target as Target,
    observation: { machine, boot } as Observation,
    journalPath: at.journalPath ?? "/var/lib/ssh-keepalive/journal",
    journal: heldBy === undefined ? undefined : ({ owner: "p/s", resource: heldBy } as Journal),
  };
}

/** For each host the one that it is the same machine as. */
function twins(...entries: Entry[]): Promise<(string | undefined)[]> {
  const all = entries.map(observed);
  const fleet = {
    hosts: entries.map(({ name }) => ({ name, resource: `fleet-${name}` })),
    targets: all.map(async ({ target }) => ({ kind: "target" as const, target })),
    observed: all.map(async (read, i) => (entries[i]?.silent ? { kind: "held" as const } : read)),
  };
  return Promise.all(all.map((own, i) => (entries[i]?.silent ? undefined : sameMachine(i, own, fleet))));
}

const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }];
const held = { heldBy: "fleet-a" };

describe("two names of one machine", () => {
  it("are told of each other where nobody manages it yet", async () => {
    assert.deepEqual(await twins(a, b), ["b", "a"]);
    assert.deepEqual(await twins(a, b, c), ["b", "a", "a"]);
  });

  it("are told of each other where the settings name its keys of two types", async () => {
    assert.deepEqual(await twins(a, { ...b, hostKey: "ecdsa-sha2-nistp256 B" }), ["b", "a"]);
  });

  it("leave it to the one that manages it", async () => {
    assert.deepEqual(await twins({ ...a, ...held }, { ...b, ...held }), [undefined, "a"]);
    assert.deepEqual(await twins({ ...b, ...held }, { ...c, ...held }, { ...a, ...held }), ["a", "a", undefined]);
  });

  it("leave it to the one that manages it also where one is the machine that runs the program", async () => {
    assert.deepEqual(await twins({ ...a, ...held }, { ...b, ...held, local: true }), [undefined, "a"]);
  });

  it("are told of the remote one where the other is the machine that runs the program", async () => {
    assert.deepEqual(await twins({ ...a, local: true }, b), [undefined, "a"]);
  });

  it("are known by the journal too, where a key was changed", async () => {
    const renewed = { ...b, ...held, hostKey: "ssh-ed25519 B" };
    assert.deepEqual(await twins({ ...a, ...held }, renewed), [undefined, "a"]);
  });
});

describe("two machines that look alike", () => {
  const differ: [string, Partial<Entry>][] = [
    ["with one key and one id, as copies have,", { boot: "b2" }],
    ["with one key", { machine: "m2", boot: "b2" }],
    ["with a journal from one image", { boot: "b2", ...held }],
    ["and systems of their own on one machine, with journals of their own,", { journalPath: "/srv/b/journal" }],
  ];
  for (const [what, difference] of differ)
    it(`${what} are two`, async () => {
      assert.deepEqual(await twins(a, { ...b, ...difference }), [undefined, undefined]);
    });

  it("are not taken for one where the other did not answer", async () => {
    assert.deepEqual(await twins(a, { ...b, silent: true }), [undefined, undefined]);
  });

  it("don't wait for each other where one type of key tells them apart", async () => {
    const [first, second] = [observed(a), observed({ ...b, hostKey: "ssh-ed25519 B" })];
    const never = new Promise<Observed>(() => {});
    const fleet = {
      hosts: [a, b].map(({ name }) => ({ name, resource: `fleet-${name}` })),
      targets: [first, second].map(async ({ target }) => ({ kind: "target" as const, target })),
      observed: [Promise.resolve(first), never],
    };
    assert.equal(await sameMachine(0, first, fleet), undefined);
  });
});

describe("a machine that two components of a program name", () => {
  const claim = (resource: string, entry: Partial<Entry>) =>
    claimedElsewhere(resource, "p/s", observed({ name: "x", ...entry }));

  it("is left to the one that manages it", () => {
    registerHosts([{ resource: "one-x" }, { resource: "two-x" }]);
    assert.equal(claim("two-x", { machine: "held", heldBy: "one-x" }), "one-x");
    assert.equal(claim("one-x", { machine: "held", heldBy: "one-x" }), undefined);
  });

  it("is left to the first of them where nobody manages it yet, however often they are asked", () => {
    assert.equal(claim("one-y", { machine: "new" }), undefined);
    assert.equal(claim("two-y", { machine: "new" }), "one-y");
    assert.equal(claim("one-y", { machine: "new" }), undefined);
  });

  it("is another machine where its host key is another", () => {
    assert.equal(claim("one-k", { machine: "alike", hostKey: "ssh-ed25519 A" }), undefined);
    assert.equal(claim("two-k", { machine: "alike", hostKey: "ssh-ed25519 B" }), undefined);
  });

  it("goes to the new name of what managed it under an old one", () => {
    assert.equal(claim("new-z", { machine: "renamed", heldBy: "old-z" }), undefined);
  });
});
