import assert from "node:assert/strict";
import { readJournal } from "../../../components/apply";
import { DOCUMENT, HASH, HEAD, hostWith, JOURNAL_PATH } from "./documents";

const read = (journal?: string) => readJournal(hostWith(journal), JOURNAL_PATH);

describe("a host's journal", () => {
  it("says what was done last, for whom and by which document", () => {
    assert.deepEqual(read(`${HEAD}document\n${DOCUMENT}`), {
      transaction: 3,
      state: "applied",
      cause: undefined,
      owner: "project/stack",
      resource: "fleet-web-1",
      document: DOCUMENT,
      former: [],
    });
  });

  it("says what was done to parts of users, sessions of PuTTY and a drop-in", () => {
    const lines = [
      `file server /etc/ssh/sshd_config.d/00-ssh-keepalive.conf - ${HASH}`,
      "splice 0 0",
      "+# >>> ssh-keepalive server (managed by Pulumi: edits between these lines are undone; file created)",
      "+Match all",
      "+    ClientAliveInterval 60",
      "+Match final all",
      "+Match final originalhost *.example,!old.example",
      "+# <<< ssh-keepalive server",
      `file client:al.ice-1$ /home/alice/.ssh/config - ${HASH}`,
      "splice 0 0",
      "+Host *.example !old.example",
      `file putty:alice /home/alice/.putty/sessions/my%20db ${HASH} -`,
      "splice 3 17",
      "+PingIntervalSecs=30",
      "config client:alice /home/alice/.ssh/config ssh-keepalive.example",
      "expect client:alice serveraliveinterval 60",
      "former /home/alice/.putty/sessions/my%20db PingInterval 1 -",
      "former /home/alice/.putty/sessions/my%20db PingIntervalSecs 30 -1",
    ];
    const document = DOCUMENT.replace(/end\n$/, `${lines.join("\n")}\nend\n`);
    const journal = read(`${HEAD}document\n${document}`);
    assert.equal(journal?.document, document);
    assert.deepEqual(journal?.former, [
      { path: "/home/alice/.putty/sessions/my%20db", key: "PingInterval", ours: 1, former: undefined },
      { path: "/home/alice/.putty/sessions/my%20db", key: "PingIntervalSecs", ours: 30, former: -1 },
    ]);
  });

  it("has no more of a cause than the script itself tells", () => {
    const failed = HEAD.replace("state applied", `state failed\ncause ${"x".repeat(5000)}`);
    assert.equal(read(`${failed}document\n${DOCUMENT}`)?.cause, "x".repeat(400));
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

  const inDocument = (lines: string) => `${HEAD}document\n${DOCUMENT.replace(/end\n$/, `${lines}\nend\n`)}`;
  const lost: [string, string | undefined][] = [
    ["is missing", undefined],
    ["is empty", ""],
    ["is cut short", `${HEAD}document\n${DOCUMENT.slice(0, -4)}`],
    ["has no document", HEAD],
    ["has a state that nobody knows", `${HEAD.replace("applied", "$(reboot)")}document\n${DOCUMENT}`],
    ["counts what is no number", `${HEAD.replace("transaction 3", "transaction 3;id")}document\n${DOCUMENT}`],
    [
      "counts in another way than the host",
      `${HEAD.replace("transaction 3", "transaction 0x10")}document\n${DOCUMENT}`,
    ],
    ["counts with a zero in front", `${HEAD.replace("transaction 3", "transaction 08")}document\n${DOCUMENT}`],
    ["has a program with arguments", inDocument("sshd /usr/sbin/sshd -o PermitRootLogin=yes")],
    ["has a service of a name that none has", inDocument("service systemd $(id)")],
    ["names no owner", `${HEAD.replace(/owner.*\n/, "")}document\n${DOCUMENT}`],
    ["has a command among its document's lines", `${HEAD}document\n${DOCUMENT.replace("expect", "; reboot\nexpect")}`],
    ["has an escape sequence in its document", `${HEAD}document\n${DOCUMENT.replace(" /c", " /\u001b[2Jc")}`],
    [
      "has one of the engine's colours in its document",
      `${HEAD}document\n${DOCUMENT.replace("+Server", "+# >>> ssh-keepalive <{%fg 1%}>\n+Server")}`,
    ],
    ["writes what we never write", `${HEAD}document\n${DOCUMENT.replace("+Server", "+PermitRootLogin yes\n+Server")}`],
    ["has a file of a part that nobody knows", inDocument(`file root /c - ${HASH}`)],
    ["has a file of a user without a name", inDocument(`file client: /c - ${HASH}`)],
    ["has a user's name with a second line", inDocument(`file client:a\nreboot /c - ${HASH}`)],
    ["has a file whose path is not absolute", inDocument(`file server ../c - ${HASH}`)],
    ["has a file whose path has blanks", inDocument(`file server /c d - ${HASH}`)],
    ["has a hash that is none", inDocument("file server /c - $(id)")],
    [
      "asks OpenSSH of saved sessions with more words than one host",
      inDocument("config client:a /c a -oProxyCommand=id"),
    ],
    ["expects what is no number", inDocument("expect client:a serveraliveinterval $(id)")],
    ["gives back what is no number", inDocument("former /s PingInterval 1 60;id")],
    ["gives back a value of another key", inDocument("former /s ProxyCommand 1 2")],
    ["writes another key of a saved session", inDocument("splice 0 0\n+ProxyTelnetCommand=id")],
    ["has a header with a second line in it", inDocument("+Host a\r")],
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
    observation.files[JOURNAL_PATH] = { state: "unusable", path: JOURNAL_PATH, reason: "is a directory" };
    assert.equal(readJournal(observation, JOURNAL_PATH), undefined);
  });

  it("is refused where a later release wrote it, rather than written over", () => {
    const later = HEAD.replace("journal 1", "journal 2");
    assert.throws(() => read(`${later}document\n${DOCUMENT}`), /was written by a later release of ssh-keepalive/);
  });
});
