import assert from "node:assert/strict";
import fc from "fast-check";
import { readWindowsResult, WINDOWS_COMMANDS, windowsDocument } from "../../../components/apply";
import { renderWindows } from "../../../components/apply/windowsLines";
import { renderKept, type WindowsObservation } from "../../../components/observe";
import { planWindows } from "../../../components/plan";
import { desire } from "../../support/desired";

const SENDER = { owner: "project/stack", resource: "fleet-desk-7", takeOver: false, local: false };
const EMPTY: WindowsObservation = { kind: "windows", machine: "d3ab7373", boot: " ", putty: true, sessions: {} };

function send(sessions: WindowsObservation["sessions"], journal?: WindowsObservation["journal"], sender = SENDER) {
  const observation = { ...EMPTY, sessions, ...(journal ? { journal } : {}) };
  const part = { role: "putty" as const, user: "alice", secondsBetweenKeepalives: 300, sessions: ["*"] };
  const plan = planWindows(desire({}, { parts: [part] }), observation, "alice");
  return { plan, document: windowsDocument(plan, observation, sender) };
}

/** What the host's journal says once the document was carried out. */
function applied(text: string): WindowsObservation["journal"] {
  const value = (name: string) => new RegExp(` /v ${name} /d "([^"]*)"`).exec(text)?.[1] as string;
  return {
    owner: value("owner"),
    resource: value("resource"),
    takeOver: value("takeOver") as "yes" | "no",
    state: "applied",
    transaction: Number(value("transaction")),
    fingerprint: value("fingerprint"),
    document: value("document"),
    sessions: { web: { ours: { PingInterval: 5, PingIntervalSecs: 0 }, former: {} } },
    released: {},
  };
}

const SET = { web: { PingInterval: 5, PingIntervalSecs: 0 } };

describe("a plan for a Windows host", () => {
  it("is nothing where nothing has to be done and nothing is ours", () => {
    assert.deepEqual(send(SET).document, { text: "rem ssh-keepalive-plan 1: nothing\nexit 0\n", settled: true });
  });

  it("is the very same text again on a host that complies", () => {
    const { text } = send({ web: {} }).document;
    assert.deepEqual(send(SET, applied(text)).document, { text, settled: true });
  });

  it("is another text on a host that does not", () => {
    const { text } = send({ web: {} }).document;
    const journal = applied(text) as NonNullable<WindowsObservation["journal"]>;
    const again: [string, ReturnType<typeof send>, RegExp | undefined][] = [
      ["drifted", send({ web: {} }, journal), undefined],
      ["cut off", send(SET, { ...journal, state: "applying" }), /cut off; it is carried through/],
      ["by another release", send(SET, { ...journal, document: "f".repeat(64) }), /is written anew/],
      [
        "renamed",
        send(SET, journal, { ...SENDER, resource: "fleet-desk-8" }),
        /managed as project\/stack fleet-desk-7/,
      ],
    ];
    for (const [what, { document }, note] of again) {
      assert.notEqual(document.text, text, what);
      assert.equal(document.settled, false, what);
      if (note) assert.match(document.note ?? "", note);
      else assert.equal(document.note, undefined);
    }
  });

  it("is carried out by commands that never change", () => {
    assert.deepEqual(WINDOWS_COMMANDS, {
      create: "cmd /d /q /v:off /e:on /k set keepalive=apply",
      update: "cmd /d /q /v:off /e:on /k set keepalive=apply",
      delete: "cmd /d /q /v:off /e:on /k set keepalive=undo",
    });
  });

  it("writes down what was there before it sets anything", () => {
    const { text } = send({ web: { PingInterval: 1 } }).document;
    const lines = text.split("\n");
    const at = (part: string) =>
      lines.findIndex((line) => line.startsWith("if %keepalive%==apply") && line.includes(part));
    const was = renderKept({ ours: { PingInterval: 5, PingIntervalSecs: 0 }, former: { PingInterval: 1 } });
    assert.ok(at(`/v values /d "${was}"`) > 0);
    assert.ok(at('/v state /d "applying"') > at(`/v values /d "${was}"`));
    assert.ok(at("/t REG_DWORD /d 5") > at('/v state /d "applying"'));
    assert.ok(at('/v state /d "applied"') > at("/t REG_DWORD /d 5"));
  });
});

describe("a hostile name", () => {
  const journalOf = (key: string) => ({
    machine: "d3ab7373",
    owner: "p/s",
    resource: "r",
    takeOver: "no" as const,
    transaction: 1,
    fingerprint: "0".repeat(64),
    sessions: { [key]: { ours: { PingInterval: 5, PingIntervalSecs: 0 }, former: {} } },
    released: {},
  });

  it("of a saved session stands between two quotes of lines that only name it, or is refused", () => {
    const dangerous = [
      "%",
      '"',
      "&",
      "|",
      "^",
      "!",
      "<",
      ">",
      "(",
      ")",
      "'",
      "\n",
      "\r",
      "%20",
      "%CD%",
      "é",
      "\\",
      " ",
      "x",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...dangerous), { minLength: 1, maxLength: 8 }), (pieces) => {
        const key = pieces.join("");
        let text = "";
        try {
          ({ text } = renderWindows(journalOf(key)));
        } catch (error) {
          assert.match((error as Error).message, /can't be handed to cmd\.exe safely/);
          return;
        }
        assert.doesNotMatch(key, /["\s\\]|[^\x21-\x7e]|%(?![0-9A-F]{2})|%CD%/);
        const lines = text.split("\n");
        const named = lines.filter((line) => line === `set "session=${key}"`).length;
        const other = renderWindows(journalOf("y")).text.split("\n");
        assert.equal(named, 3);
        // All the rest is as for any other name, but for the hash and what keeps cmd.exe's variables out of it.
        const rest = (all: string[]) =>
          all
            .filter((line) => !/^set "(session=.*|\w+=)"$/.test(line))
            .map((line) => line.replace(/[0-9a-f]{64}/, "HASH"));
        assert.deepEqual(rest(lines), rest(other));
      }),
    );
  });

  for (const key of [
    'x" & calc & "',
    "%PATH%",
    "x\nreg delete HKCU /f",
    "%CD%20x",
    "%DATE%20",
    "%CD:a=b%20",
    "a b",
    "é",
  ])
    it(`of a saved session is refused: ${JSON.stringify(key)}`, () => {
      assert.throws(() => renderWindows(journalOf(key)), /rename it in PuTTY/);
      assert.throws(() => send({ [key]: {} }), /rename it in PuTTY/);
    });

  for (const name of ['x" & calc', "%PATH%", "a\nb", "a!b", "/f", "é", "a^b", "a&b"])
    it(`of an owner or a resource is refused: ${JSON.stringify(name)}`, () => {
      for (const [what, sender] of Object.entries({
        owner: { ...SENDER, owner: name },
        resource: { ...SENDER, resource: name },
      }))
        assert.throws(
          () => send({ web: {} }, undefined, sender),
          new RegExp(`^Error: its ${what} .* can't be handed to cmd\\.exe`),
        );
    });

  it("in the journal never comes back to the host in a plan", () => {
    const { text } = send({ web: {} }).document;
    const journal = applied(text) as NonNullable<WindowsObservation["journal"]>;
    const released = { 'x" & calc & "': journal.sessions.web as NonNullable<typeof journal.sessions.web> };
    assert.throws(() => send(SET, { ...journal, released }), /can't be handed to cmd\.exe safely/);
  });
});

describe("what a Windows host prints after a change", () => {
  const { plan } = send({ web: {}, "B%FCro": {} });
  const key = "HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions";
  const printed = (minutes: number, status = "apply") =>
    [
      "ssh-keepalive-result 1",
      `status ${status}`,
      ...["#sessions", `${key}\\web`, `${key}\\B%FCro`, "#status 0"],
      ...["#minutes", `${key}\\web`, `    PingInterval    REG_DWORD    0x${minutes}`],
      ...[`${key}\\B%FCro`, "    PingInterval    REG_DWORD    0x5", "#status 0", "#end\r"],
    ].join("\r\n");

  it("tells the values that are in force", () => {
    assert.deepEqual(readWindowsResult(printed(5), plan), {
      status: "changed",
      effective: { "putty:alice": { Büro: 300, web: 300 } },
    });
  });

  const failures: [string, string, RegExp][] = [
    ["a value that is not in force", printed(7), /the saved session "web" has 420 seconds and not 300/],
    ["an owner who was faster", printed(5, "claimed"), /another owner took the host/],
    ["another machine", printed(5, "moved"), /another machine answers/],
    ["a registry that can't be written", printed(5, "unwritable"), /ssh-keepalive can't be written/],
    ["a former value that could not be put back", printed(5, "failed"), /a saved session of PuTTY can't be changed/],
    ["nothing", "", /answer is incomplete/],
    ["half an answer", printed(5).slice(0, -10), /answer can't be used: it ends too early/],
  ];
  for (const [what, stdout, cause] of failures)
    it(`tells of ${what} as a failure`, () => {
      const result = readWindowsResult(stdout, plan);
      assert.equal(result.status, "failed");
      assert.match(result.cause ?? "", cause);
    });
});
