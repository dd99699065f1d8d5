import assert from "node:assert/strict";
import { cmdShell } from "../../../components/observe";
import { AnswerError } from "../../../components/observe/decode";
import { decodeWindows, readWindows } from "../../../components/observe/windows";

const HKCU = "HKEY_CURRENT_USER\\Software";
const SESSIONS = `${HKCU}\\SimonTatham\\PuTTY\\Sessions`;
const HASH = "0123456789abcdef".repeat(4);

const REGISTRY: Record<string, string[]> = {
  machine: ["HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography", "    MachineGuid    REG_SZ    D3AB7373-8D1A-49C6"],
  boots: ["HKEY_LOCAL_MACHINE\\SYSTEM\\x", "    BootId    REG_DWORD    0x2a"],
  software: [`${HKCU}\\Microsoft`, `${HKCU}\\SimonTatham`],
  vendor: [`${HKCU}\\SimonTatham\\PuTTY`],
  putty: [`${HKCU}\\SimonTatham\\PuTTY\\Sessions`],
  sessions: [`${SESSIONS}\\Default%20Settings`, `${SESSIONS}\\B%FCro&x`],
  minutes: [
    `${SESSIONS}\\Default%20Settings`,
    "    PingInterval    REG_DWORD    0x5",
    "End of search: 1 match(es) found.",
  ],
  seconds: [`${SESSIONS}\\B%FCro&x`, "    PingIntervalSecs    REG_DWORD    0x1E"],
};

/** What the host prints; a section that is undefined is one for which reg.exe fails. */
function answer(over: Record<string, string[] | undefined> = {}): string {
  const names = [
    "machine",
    "boots",
    "shutdown",
    "software",
    "vendor",
    "putty",
    "sessions",
    "minutes",
    "seconds",
    "journal",
  ];
  const sections = { ...REGISTRY, ...over };
  const lines = names.flatMap((name) => [
    `#${name}`,
    "",
    ...(sections[name] ?? []),
    `#status ${sections[name] ? 0 : 1}`,
  ]);
  return [...lines, "#end", ""].join("\r\n");
}

function journal(over: Record<string, string> = {}, sessions: Record<string, string> = {}): Record<string, string[]> {
  const values = {
    owner: "project/stack",
    resource: "fleet-desk-7",
    takeOver: "no",
    state: "applied",
    transaction: "3",
    fingerprint: HASH,
    document: HASH,
    ...over,
  };
  return {
    software: [...(REGISTRY.software as string[]), `${HKCU}\\ssh-keepalive`],
    journal: [
      `${HKCU}\\ssh-keepalive`,
      ...Object.entries(values).map(([name, value]) => `    ${name}    REG_SZ    ${value}`),
      ...Object.entries(sessions).flatMap(([key, value]) => [
        `${HKCU}\\ssh-keepalive\\${key}`,
        `    values    REG_SZ    ${value}`,
      ]),
    ],
  };
}

describe("a Windows host's answer", () => {
  it("has the saved sessions by the names of their keys, with what is set in them", () => {
    const { sessions, putty, machine, boot } = decodeWindows(answer());
    assert.deepEqual(sessions, { "Default%20Settings": { PingInterval: 5 }, "B%FCro&x": { PingIntervalSecs: 30 } });
    assert.deepEqual([putty, machine, boot], [true, "d3ab7373-8d1a-49c6", "0x2a "]);
  });

  const without: [string, Record<string, string[] | undefined>, boolean][] = [
    ["nothing of its maker's", { software: [`${HKCU}\\Microsoft`], vendor: undefined, putty: undefined }, false],
    ["another program of its maker's", { vendor: [`${HKCU}\\SimonTatham\\Puzzles`], putty: undefined }, false],
    ["no saved session", { putty: [] }, true],
  ];
  for (const [what, over, putty] of without)
    it(`tells of a registry with ${what}`, () => {
      const absent = { sessions: undefined, minutes: undefined, seconds: undefined, ...over };
      const observation = decodeWindows(answer(absent));
      assert.deepEqual([observation.putty, observation.sessions], [putty, {}]);
    });

  it("tells what the host keeps of former changes", () => {
    const kept = { "Sessions\\web": "5 0 was 0 absent", "Sessions\\Default%20Settings": "1 30 was no session" };
    const { journal: found } = decodeWindows(answer(journal({}, { ...kept, "Released\\db": "5 0 was 7 1" })));
    assert.deepEqual([found?.owner, found?.state, found?.transaction], ["project/stack", "applied", 3]);
    assert.deepEqual(JSON.parse(JSON.stringify([found?.sessions, found?.released])), [
      {
        web: { ours: { PingInterval: 5, PingIntervalSecs: 0 }, former: { PingInterval: 0 } },
        "Default%20Settings": { ours: { PingInterval: 1, PingIntervalSecs: 30 } },
      },
      { db: { ours: { PingInterval: 5, PingIntervalSecs: 0 }, former: { PingInterval: 7, PingIntervalSecs: 1 } } },
    ]);
  });

  it("that was cut off before anything was changed counts as having kept nothing", () => {
    const { journal: written } = journal();
    const cut = { ...journal(), journal: written?.filter((line) => !line.includes("state")) };
    assert.equal(decodeWindows(answer(cut)).journal, undefined);
  });

  const unusable: [string, Record<string, string[] | undefined>, RegExp][] = [
    ["in which a key is there and can't be read", { sessions: undefined }, /Sessions is there and can't be read/],
    [
      "in which our journal is there and can't be read",
      { ...journal(), journal: undefined },
      /ssh-keepalive is there and can't/,
    ],
    [
      "with an interval that is a text",
      { minutes: [`${SESSIONS}\\B%FCro&x`, "    PingInterval    REG_SZ    5"] },
      /no REG_DWORD/,
    ],
    ["with a journal that is damaged", journal({ state: "done" }), /ssh-keepalive, .*, is damaged: state /],
    ["with a journal that has no number", journal({ transaction: "-1" }), /is damaged: transaction /],
    ["with former values that are none", journal({}, { "Sessions\\web": "5 0 was x" }), /is damaged: sessions\.web/],
    ["without an identity", { machine: ["    MachineGuid    REG_SZ    a b&c"] }, /machine is no MachineGuid/],
  ];
  for (const [what, over, words] of unusable)
    it(`${what} is refused`, () => {
      assert.throws(
        () => decodeWindows(answer(over)),
        (error) => error instanceof AnswerError && words.test(error.message),
      );
    });

  it("that stops half-way is refused", () => {
    assert.throws(() => decodeWindows(answer().slice(0, -20)), /ends too early/);
  });
});

describe("a host on which /bin/sh can't be run", () => {
  const said = (status: number, out: string) => async () => ({
    status,
    out: Buffer.from(out, "latin1"),
    err: Buffer.alloc(0),
  });

  it("is known to be Windows by what it does, also where a start-up file prints something", async () => {
    assert.equal((await readWindows(said(0, `Willkommen!\r\n${answer()}`)))?.kind, "windows");
  });

  it("is no Windows where cmd.exe can't be run either", async () => {
    assert.equal(await readWindows(said(127, "")), undefined);
    assert.equal(await readWindows(said(0, "This account is currently not available.\n")), undefined);
  });

  it("is asked in words that cmd.exe and PowerShell take for the same", () => {
    // Of PowerShell's operators, quotes, variables and statement ends there is none, and of cmd.exe's neither.
    for (const mode of ["read", "apply", "undo"])
      assert.match(cmdShell(mode), /^cmd( \/[a-z](:[a-z]+)?)+ set [a-z]+=[a-z]+$/);
  });
});
