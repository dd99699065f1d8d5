import assert from "node:assert/strict";
import { type Journal, planDocument, readJournal, readResult } from "../../../components/apply";
import type { Observation } from "../../../components/observe";
import type { Plan } from "../../../components/plan";

const PATH = "/var/lib/ssh-keepalive/journal";
const SENDER = { owner: "project/stack", resource: "fleet-web-1", takeOver: false };
const HASH = "0123456789abcdef".repeat(4);
const DOCUMENT =
  `ssh-keepalive-plan 1\nmachine ${HASH}\nowner project/stack\nresource fleet-web-1\nfingerprint ${HASH}\njournal ${PATH}\n` +
  `file client /c ${HASH} ${HASH}\nsplice 0 0\n+ServerAliveInterval 60\nexpect client serveraliveinterval 60\nend\n`;
const HEAD =
  "ssh-keepalive-journal 1\ntransaction 3\nstate applied\nplan p\nowner project/stack\nresource fleet-web-1\n";

/** A host with a journal of these bytes and a client's config. */
function hostWith(journal?: string, config = "Host *\n", changed = "1"): Observation {
  const file = { state: "present" as const, realPath: "/f", mode: "600", owner: "0", group: "0", changed: "1" };
  const files: Observation["files"] = { "/c": { ...file, path: "/c", content: config, changed } };
  if (journal !== undefined) files[PATH] = { ...file, path: PATH, content: journal };
  return { uid: 0, shell: "sh", machine: "m", boot: "b 1", files, includes: {}, programs: {}, effective: {} };
}

const read = (journal?: string) => readJournal(hostWith(journal), PATH);

describe("a host's journal", () => {
  it("says what was done last, for whom and by which document", () => {
    assert.deepEqual(read(`${HEAD}document\n${DOCUMENT}`), {
      transaction: 3,
      state: "applied",
      cause: undefined,
      owner: "project/stack",
      resource: "fleet-web-1",
      document: DOCUMENT,
    });
  });

  it("says the same whoever keeps the connection over which it was done", () => {
    const noted = HEAD.replace("owner", "keeper 4711 81729\nowner");
    assert.notEqual(noted, HEAD);
    assert.deepEqual(read(`${noted}document\n${DOCUMENT}`), read(`${HEAD}document\n${DOCUMENT}`));
  });

  it("knows its owner also by a name that is not ASCII", () => {
    const bytes = Buffer.from(`${HEAD}document\n${DOCUMENT}`.replaceAll("fleet", "flöte")).toString("latin1");
    const journal = read(bytes);
    assert.equal(journal?.resource, "flöte-web-1");
    assert.match(journal?.document ?? "", /^resource flöte-web-1$/m);
  });

  const lost: [string, string | undefined][] = [
    ["is missing", undefined],
    ["is empty", ""],
    ["is cut short", `${HEAD}document\n${DOCUMENT.slice(0, -4)}`],
    ["has no document", HEAD],
    ["is of a later form", `${HEAD.replace("journal 1", "journal 2")}document\n${DOCUMENT}`],
    ["has a state that nobody knows", `${HEAD.replace("applied", "$(reboot)")}document\n${DOCUMENT}`],
    ["counts what is no number", `${HEAD.replace("transaction 3", "transaction 3;id")}document\n${DOCUMENT}`],
    ["names no owner", `${HEAD.replace(/owner.*\n/, "")}document\n${DOCUMENT}`],
    ["has a command among its document's lines", `${HEAD}document\n${DOCUMENT.replace("expect", "; reboot\nexpect")}`],
    ["has an escape sequence in its document", `${HEAD}document\n${DOCUMENT.replace(" /c", " /\u001b[2Jc")}`],
    [
      "has one of the engine's colours in its document",
      `${HEAD}document\n${DOCUMENT.replace("+Server", "+# >>> ssh-keepalive <{%fg 1%}>\n+Server")}`,
    ],
    ["writes what we never write", `${HEAD}document\n${DOCUMENT.replace("+Server", "+PermitRootLogin yes\n+Server")}`],
    ["has a document of somebody else's", `${HEAD}document\n${DOCUMENT.replace("owner project", "owner other")}`],
    ["has a document that names no machine", `${HEAD}document\n${DOCUMENT.replace(/machine.*\n/, "")}`],
    ["has a NUL byte in its document", `${HEAD}document\n${DOCUMENT.replace("60\n", "60\0\n")}`],
    ["has text after its document's end", `${HEAD}document\n${DOCUMENT}reboot\n`],
    ["has two documents", `${HEAD}document\n${DOCUMENT}document\n${DOCUMENT}`],
    ["is a mebibyte of one line", `${HEAD}document\n${"x".repeat(1 << 20)}`],
  ];
  for (const [title, journal] of lost)
    it(`counts as lost where it ${title}`, () => {
      assert.equal(read(journal), undefined);
    });

  it("counts as lost where it can't be read", () => {
    const observation = hostWith();
    observation.files[PATH] = { state: "unusable", path: PATH, reason: "is a directory" };
    assert.equal(readJournal(observation, PATH), undefined);
  });
});

describe("a plan as it is sent", () => {
  const role = { role: "client" as const, path: "/c", before: {}, after: {}, warnings: [] };
  const compliant: Plan = {
    roles: [{ ...role, content: "x\n", result: "x\n", splices: [], hadLines: true, hasLines: true }],
  };
  const change: Plan = {
    roles: [
      {
        ...role,
        desired: { ServerAliveInterval: 60 },
        content: "Host *\n",
        result: "new",
        splices: [{ offset: 7, length: 0, lines: ["$(reboot)"] }],
        hadLines: false,
        hasLines: true,
      },
    ],
  };
  const journal = read(`${HEAD}document\n${DOCUMENT}`) as Journal;
  const send = (plan: Plan, observation: Observation, journal?: Journal, sender = SENDER) =>
    planDocument(plan, observation, journal, PATH, sender);

  it("is the last one again where the host complies and we hold it", () => {
    assert.deepEqual(send(compliant, hostWith(), journal), { text: DOCUMENT, settled: true });
  });

  it("is another one where the last one does not name a file that has lines of ours", () => {
    const another = DOCUMENT.replace("file client /c", "file client /other");
    assert.equal(send(compliant, hostWith(), { ...journal, document: another }).settled, false);
  });

  it("is another one where the last one failed or was left half-way, or another resource holds the host", () => {
    for (const state of ["failed", "applying"] as const)
      assert.equal(send(compliant, hostWith(), { ...journal, state }).settled, false);
    assert.equal(send(compliant, hostWith(), journal, { ...SENDER, resource: "fleet-web-2" }).settled, false);
  });

  it("says that there is nothing to do where nothing ever was ours", () => {
    assert.deepEqual(send({ roles: [] }, hostWith()), { text: "ssh-keepalive-plan 1\nnothing\nend\n", settled: true });
  });

  it("is the same for the same host, and differs once a file, its change time, the boot or the journal does", () => {
    const { text } = send(change, hostWith());
    assert.equal(send(change, hostWith()).text, text);
    const others = [
      send(change, hostWith(undefined, "Host *\n", "2")),
      send(change, hostWith(undefined, "Host a\n")),
      send(change, { ...hostWith(), boot: "b 2" }),
      send(change, hostWith(), { ...journal, transaction: 4 }),
    ];
    assert.equal(new Set([text, ...others.map((other) => other.text)]).size, 5);
  });

  it("holds what goes into a file as data, each line behind a plus", () => {
    assert.match(
      send(change, hostWith()).text,
      /^splice 7 0\n\+\$\(reboot\)\nexpect client serveraliveinterval 60\nend\n$/m,
    );
  });
});

describe("the apply script's answer", () => {
  const answer = (...lines: string[]) => readResult(["ssh-keepalive-result 1", ...lines, "end"].join("\n"));

  it("gives the values in force", () => {
    assert.deepEqual(answer("status changed", "effective server clientaliveinterval 60"), {
      status: "changed",
      effective: { server: { ClientAliveInterval: 60 } },
    });
  });

  it("gives the cause of a failure", () => {
    assert.deepEqual(answer("status failed", "cause no space"), {
      status: "failed",
      cause: "no space",
      effective: {},
    });
  });

  const incomplete = [
    "",
    "end",
    "ssh-keepalive-result 1\nstatus changed",
    "Last login: today\nssh-keepalive-result 1\nend",
  ];
  for (const stdout of incomplete)
    it(`is a failure where it is not whole: ${JSON.stringify(stdout)}`, () => {
      assert.match(readResult(stdout).cause ?? "", /incomplete; run it again/);
    });

  for (const value of ["-1", "60s", "1e3", "", "$(id)", "\u001b[31m60", "9".repeat(400)])
    it(`gives no value where the host reports ${JSON.stringify(value.slice(0, 12))}`, () => {
      assert.deepEqual(answer("status unchanged", `effective client serveraliveinterval ${value}`).effective, {});
    });

  it("gives no keyword that is not of the role", () => {
    const { effective } = answer("status changed", "effective client clientaliveinterval 5", "effective __proto__ x 5");
    assert.deepEqual(effective, {});
  });
});
