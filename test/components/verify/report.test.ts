import assert from "node:assert/strict";
import { type HostReport, renderFailures, renderRecap, renderReport } from "../../../components/verify";
import { changed, plain, serverPlan } from "./reports";

const UNREACHABLE: HostReport = { name: "web-2", outcome: "unreachable", reason: "192.0.2.2:22 does not answer" };
const CHANGE = `  server (sshd -T): ClientAliveInterval 0 → 300, ClientAliveCountMax 3; TCPKeepAlive yes is left alone
    --- /etc/ssh/sshd_config\tnow
    +++ /etc/ssh/sshd_config\twanted
    @@ -1,1 +1,2 @@
    +ClientAliveInterval 300
     UsePAM yes`;

describe("the report", () => {
  it("counts hosts in Ansible's words", () => {
    assert.equal(
      plain(renderRecap(["ok", "changed", "ok", "unreachable"])),
      "recap: ok=2 changed=1 skipped=0 unreachable=1 failed=0",
    );
  });

  it("says why a host could not be dealt with", () => {
    assert.equal(plain(renderReport([UNREACHABLE], true)), "web-2: unreachable: 192.0.2.2:22 does not answer");
  });

  it("shows values and diff in preview, and values alone after up", () => {
    assert.equal(plain(renderReport([changed("web-1")], true)), `web-1: would change\n${CHANGE}`);
    assert.equal(
      plain(renderReport([changed("web-1")], false)),
      "web-1: changed\n  server (sshd -T): ClientAliveInterval 0 → 300, ClientAliveCountMax 3; TCPKeepAlive yes is left alone",
    );
  });

  it("names file and line of what it warns of", () => {
    const warnings = [{ file: "/etc/ssh/sshd_config", line: 7, message: "sets x" }, { message: "it is late" }];
    const lines = plain(renderReport([changed("web-1", { warnings })], false)).split("\n");
    assert.deepEqual(lines.slice(2), ["  warning: /etc/ssh/sshd_config:7 sets x", "  warning: it is late"]);
  });

  it("does not say what is in force where up failed, which nobody knows", () => {
    const failed: HostReport = {
      name: "web-1",
      outcome: "failed",
      reason: "sshd -t says no",
      plan: { parts: [serverPlan()] },
    };
    assert.equal(plain(renderReport([failed], false)), "web-1: failed: sshd -t says no");
  });

  it("tells what else there is to know of a host", () => {
    const report = renderReport([{ ...changed("web-1"), plan: undefined, note: "its key is new" }], false);
    assert.equal(plain(report), "web-1: changed\n  note: its key is new");
  });

  it("tells of a user's own part as that user's, and of the host that ssh was asked about", () => {
    const values = { before: { ServerAliveInterval: 0 }, after: { ServerAliveInterval: 60 }, leftAlone: {}, files: [] };
    const alice = { role: "client" as const, user: "alice", ...values };
    const told = (over: object) =>
      plain(renderReport([{ ...changed("web-1", { ...alice, ...over }), effective: undefined }], true));
    assert.equal(
      told({ probe: "ssh-keepalive.example" }),
      "web-1: would change\n  client of alice (ssh -G ssh-keepalive.example): ServerAliveInterval 0 → 60",
    );
    assert.equal(
      told({ probe: "ssh-keepalive.invalid" }),
      "web-1: would change\n  client of alice (ssh -G): ServerAliveInterval 0 → 60",
    );
  });

  it("shows a file that is made or removed as absent before or afterwards", () => {
    const heads = (file: object) =>
      plain(renderReport([changed("web-1", {}, file)], true))
        .split("\n")
        .filter((line) => /^ +(---|\+\+\+)/.test(line));
    assert.deepEqual(heads({ content: undefined }), [
      "    --- /etc/ssh/sshd_config\tabsent",
      "    +++ /etc/ssh/sshd_config\twanted",
    ]);
    assert.deepEqual(heads({ result: undefined }), [
      "    --- /etc/ssh/sshd_config\tnow",
      "    +++ /etc/ssh/sshd_config\tabsent",
    ]);
  });

  it("shows saved sessions with their seconds", () => {
    const sessions = { before: { "Default Settings": 0, web: 60 }, after: { "Default Settings": 300, web: 300 } };
    const putty = { role: "putty" as const, user: "alice", ...sessions, leftAlone: {}, files: [] };
    assert.equal(
      plain(renderReport([{ ...changed("web-1", putty), effective: undefined }], true)),
      "web-1: would change\n  putty of alice (saved sessions, seconds between keepalives): Default Settings 0 → 300, web 60 → 300",
    );
  });

  it("prints no control character of a host's", () => {
    const hostile: HostReport = { name: "web-3", outcome: "failed", reason: "\u001b]0;pwned\u0007" };
    assert.equal(plain(renderReport([hostile], false)), "web-3: failed: \\u{1b}]0;pwned\\u{7}");
  });

  it("is in the engine's colours: outcomes as Ansible has them, diffs as git has them", () => {
    const [heading, , before, after, place, added, context] = renderReport([changed("web-1")], true).split("\n");
    assert.equal(heading, "web-1: <{%fg 3%}>would change<{%reset%}>");
    assert.equal(before, "    <{%bold%}>--- /etc/ssh/sshd_config\tnow<{%reset%}>");
    assert.equal(after, "    <{%bold%}>+++ /etc/ssh/sshd_config\twanted<{%reset%}>");
    assert.equal(place, "    <{%fg 6%}>@@ -1,1 +1,2 @@<{%reset%}>");
    assert.equal(added, "    <{%fg 2%}>+ClientAliveInterval 300<{%reset%}>");
    assert.equal(context, "     UsePAM yes");
    const removed = renderReport([changed("web-1", {}, { content: "Port 22\n", result: "" })], true)
      .split("\n")
      .at(-1);
    assert.equal(removed, "    <{%fg 1%}>-Port 22<{%reset%}>");
    assert.equal(
      renderRecap(["changed", "failed"]),
      "recap: ok=0 <{%fg 3%}>changed=1<{%reset%}> skipped=0 unreachable=0 <{%fg 1%}>failed=1<{%reset%}>",
    );
  });

  it("holds no directive but its own, whatever a host or a user writes", () => {
    const evil = "<{%pwned%}>";
    const hostile: HostReport = {
      ...changed(
        evil,
        {
          role: "putty",
          user: evil,
          before: { [evil]: 0, "": 0 },
          after: { [evil]: 300 },
          leftAlone: { [evil]: evil },
          warnings: [{ file: evil, line: 1, message: evil }, { message: evil }],
        },
        { path: `/etc/${evil}`, content: `${evil}\n` },
      ),
      effective: undefined,
      reason: evil,
      note: evil,
    };
    const failed: HostReport = { ...hostile, outcome: "failed" };
    for (const text of [
      renderReport([hostile], true),
      renderReport([failed], false),
      renderReport([hostile, { ...hostile, name: `${evil}2` }], true),
      renderFailures([failed], false) ?? "",
    ])
      for (const [directive] of text.matchAll(/<\{%.*?%\}>/g)) assert.match(directive, /^<\{%(fg \d|bold|reset)%\}>$/);
  });
});

describe("many hosts", () => {
  const forty = Array.from({ length: 40 }, (_, i) => `web-${String(i + 1).padStart(2, "0")}`);

  it("with one and the same change are told of once", () => {
    const report = plain(
      renderReport(
        forty.map((name) => changed(name)),
        true,
      ),
    );
    assert.equal(report, `web-01 … web-40 (40 hosts): would change\n${CHANGE}`);
  });

  it("that differ in anything are told of apart", () => {
    const others: HostReport[] = [
      changed("value", { before: { ClientAliveInterval: 60, ClientAliveCountMax: 3 } }),
      changed("diff", {}, { content: "UsePAM no\n" }),
      changed("path", {}, { path: "/usr/local/etc/ssh/sshd_config" }),
      changed("warning", { warnings: [{ message: "careful" }] }),
      { ...changed("note"), note: "its key is new" },
      { ...changed("outcome"), outcome: "ok" },
    ];
    const headings = plain(renderReport([...forty.map((name) => changed(name)), ...others], true))
      .split("\n")
      .filter((line) => /^\S/.test(line));
    assert.deepEqual(headings, [
      "web-01 … web-40 (40 hosts): would change",
      ...["value", "diff", "path", "warning", "note"].map((name) => `${name}: would change`),
      "outcome: ok",
    ]);
  });

  it("that are passed over for one reason are told of once, and unreachable ones by their addresses", () => {
    const skipped = ["a", "b"].map((name): HostReport => ({ name, outcome: "skipped", reason: "not selected" }));
    const dead = ["c", "d"].map(
      (name, i): HostReport => ({ name, outcome: "unreachable", reason: `192.0.2.${i}:22 does not answer` }),
    );
    assert.deepEqual(plain(renderReport([...skipped, ...dead], true)).split("\n"), [
      "a, b (2 hosts): skipped: not selected",
      "c: unreachable: 192.0.2.0:22 does not answer",
      "d: unreachable: 192.0.2.1:22 does not answer",
    ]);
  });

  it("whose names fill more than a line are named below, every one", () => {
    const names = Array.from({ length: 60 }, (_, i) => `i-0${((i + 1) * 7919).toString(16)}`);
    const [heading, ...lines] = plain(
      renderReport(
        names.map((name) => ({ name, outcome: "ok" })),
        true,
      ),
    ).split("\n");
    assert.equal(heading, "60 hosts: ok");
    assert.ok(lines.every((line) => line.length < 110));
    assert.deepEqual(
      lines.flatMap((line) => line.trim().replace(/,$/, "").split(", ")),
      names,
    );
  });
});

describe("a run with hosts that could not be dealt with", () => {
  const failures = (hosts: HostReport[], skip: boolean) => plain(renderFailures(hosts, skip) ?? "");

  it("fails with every cause", () => {
    const failed: HostReport = { name: "web-1", outcome: "failed", reason: "sudo refused" };
    assert.equal(
      failures([failed, UNREACHABLE, { name: "web-3", outcome: "ok" }], false),
      "2 of 3 hosts could not be dealt with:\n" +
        "  web-1 failed: sudo refused\n  web-2 unreachable: 192.0.2.2:22 does not answer",
    );
  });

  it("succeeds where unreachable hosts may be skipped", () => {
    assert.equal(renderFailures([{ ...UNREACHABLE, isNew: false }], true), undefined);
  });

  it("fails for an unreachable host that was never configured, as it would look done", () => {
    assert.match(failures([{ ...UNREACHABLE, isNew: true }], true), /web-2 unreachable/);
  });
});
