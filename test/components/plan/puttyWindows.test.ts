import assert from "node:assert/strict";
import type { KeptSession, WindowsObservation } from "../../../components/observe";
import { planWindows, Refusal, unifiedDiff } from "../../../components/plan";
import type { PuttyPart } from "../../../components/settings";
import { desire } from "../../support/desired";

const USER = "alice";

function host(sessions: WindowsObservation["sessions"], kept: Record<string, KeptSession> = {}): WindowsObservation {
  const hash = "0".repeat(64);
  const journal: WindowsObservation["journal"] = {
    owner: "project/stack",
    resource: "fleet-desk-7",
    takeOver: "no",
    state: "applied",
    transaction: 1,
    fingerprint: hash,
    document: hash,
    sessions: kept,
    released: {},
  };
  const has = Object.keys(kept).length > 0;
  return { kind: "windows", machine: "d3ab7373", boot: " ", putty: true, sessions, ...(has ? { journal } : {}) };
}

function putty(secondsBetweenKeepalives: number, sessions = ["*"], user = USER): PuttyPart {
  return { role: "putty", user, secondsBetweenKeepalives, sessions };
}

function plan(part: PuttyPart | undefined, observation: WindowsObservation) {
  return planWindows(desire({}, { parts: part ? [part] : [] }), observation, USER);
}

const FIVE = { PingInterval: 5, PingIntervalSecs: 0 };

describe("PuTTY's saved sessions on Windows", () => {
  it("are all set by default, each by the name that PuTTY shows", () => {
    const { parts, sessions } = plan(putty(90), host({ web: FIVE, "a%20b%25": {} }));
    const [part] = parts;
    assert.deepEqual(
      [part?.before, part?.after],
      [
        { web: 300, "a b%": 0 },
        { web: 90, "a b%": 90 },
      ].map((values) => values),
    );
    const ours = { PingInterval: 1, PingIntervalSecs: 30 };
    assert.deepEqual(sessions, { web: { ours, former: FIVE }, "a%20b%25": { ours, former: {} } });
  });

  it("are shown as a diff of their two values", () => {
    const [file] = plan(putty(300), host({ web: { PingIntervalSecs: 45 } })).parts[0]?.files ?? [];
    assert.match(
      unifiedDiff(file?.path as string, file?.content, file?.result),
      /^--- HKCU\\Software\\SimonTatham\\PuTTY\\Sessions\\web\tnow\n.*\n@@ .*\n-PingIntervalSecs=45\n\+PingInterval=5\n\+PingIntervalSecs=0$/,
    );
  });

  it("that have the interval already stay the user's own, in whichever two values", () => {
    const { parts, sessions } = plan(putty(300), host({ web: FIVE, db: { PingIntervalSecs: 300 } }));
    assert.deepEqual(sessions, {});
    assert.ok(parts[0]?.files.every(({ content, result }) => content === result));
    assert.deepEqual(parts[0]?.desired, { db: 300, web: 300 });
  });

  it("get 0 where keepalives are to be off", () => {
    assert.deepEqual(plan(putty(0), host({ web: FIVE })).sessions.web?.ours, { PingInterval: 0, PingIntervalSecs: 0 });
  });

  it("keep their first former values, whatever was set since", () => {
    const kept = { web: { ours: FIVE, former: { PingInterval: 1 } } };
    const drifted = plan(putty(300), host({ web: { PingInterval: 7, PingIntervalSecs: 0 } }, kept));
    assert.deepEqual(drifted.sessions, kept);
    assert.deepEqual([drifted.parts[0]?.before, drifted.parts[0]?.after], [{ web: 420 }, { web: 300 }]);
    const changed = plan(putty(60), host({ web: FIVE }, kept));
    assert.deepEqual(changed.sessions.web, {
      ours: { PingInterval: 1, PingIntervalSecs: 0 },
      former: { PingInterval: 1 },
    });
  });

  const letGo: [string, KeptSession["former"], WindowsObservation["sessions"], string | undefined][] = [
    ["get their former values back", { PingInterval: 1 }, { web: FIVE }, "PingInterval=1\n"],
    ["lose ours where there was none", {}, { web: FIVE }, ""],
    [
      "stay where the user changed one of the two values",
      {},
      { web: { ...FIVE, PingIntervalSecs: 30 } },
      "PingInterval=5\nPingIntervalSecs=30\n",
    ],
    ["are not made again where the user deleted them", {}, {}, undefined],
  ];
  for (const [what, former, sessions, result] of letGo)
    it(`that are no longer wanted ${what}`, () => {
      for (const part of [undefined, putty(300, ["d*"])]) {
        const planned = plan(part, host({ db: FIVE, ...sessions }, { web: { ours: FIVE, former } }));
        assert.deepEqual(planned.released, { web: { ours: FIVE, former } });
        assert.equal(planned.parts[0]?.files.find(({ path }) => path.endsWith("\\web"))?.result, result);
      }
    });

  it("are left out of the report where nothing is wanted and nothing was ours", () => {
    assert.deepEqual(plan(undefined, host({ web: FIVE })).parts, []);
  });

  it("are made only if they are Default Settings", () => {
    const { sessions, parts } = plan(putty(300, ["Default Settings"]), host({ web: {} }));
    assert.deepEqual(sessions, { "Default%20Settings": { ours: FIVE, former: undefined } });
    assert.deepEqual(parts[0]?.files[0]?.content, undefined);
  });

  it("that are missing are told of with those that there are", () => {
    assert.throws(
      () => plan(putty(300, ["wbe", "w*", "Düse"]), host({ web: {}, "B%FCro": {} })),
      (error) =>
        error instanceof Refusal && /no saved session "wbe", "Düse" there; it has: Büro, web\./.test(error.message),
    );
    assert.throws(() => plan(putty(300, ["web"]), host({})), /it has: none/);
  });

  const idle: [string, WindowsObservation, RegExp][] = [
    [
      "where there is no PuTTY",
      { ...host({}), putty: false },
      /PuTTY has no settings there \(no HKCU.*\): there is nothing to do/,
    ],
    ["where none is named by a pattern", host({ web: {} }), /no saved session there that x\* names/],
  ];
  for (const [where, observation, words] of idle)
    it(`${where} are warned of, and nothing is done`, () => {
      const { parts, sessions } = plan(putty(300, ["x*"]), observation);
      assert.match(parts[0]?.warnings[0]?.message ?? "", words);
      assert.deepEqual([parts[0]?.files, sessions], [[], {}]);
    });

  it("are the one thing that a Windows host has", () => {
    const desired = desire(
      { server: { ClientAliveInterval: 300 } },
      { parts: [{ role: "client", user: "bob", values: {} }] },
    );
    assert.throws(
      () => planWindows(desired, host({}), USER),
      /switch server, client of bob off for it \(enabled: false\)/,
    );
  });

  it("of others than the login user are refused", () => {
    assert.throws(
      () => plan(putty(300, ["*"], "bob"), host({})),
      /the sessions of bob can't be reached.*login user, alice, only/,
    );
  });
});
