import assert from "node:assert/strict";
import { unifiedDiff } from "../../../components/plan";
import { printable } from "../../../components/settings";

describe("the diff in a preview", () => {
  it("shows what changes with three lines of context", () => {
    const before = ["1", "2", "3", "4", "5", "6", "7", ""].join("\n");
    const after = before.replace("5\n", "five\n");
    assert.equal(
      unifiedDiff("/etc/x", before, after),
      "--- /etc/x\tnow\n+++ /etc/x\twanted\n@@ -2,6 +2,6 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7",
    );
  });

  it("shows UTF-8 as it reads and other bytes as escapes", () => {
    assert.equal(printable(Buffer.from("grüße").toString("latin1")), "grüße");
    assert.equal(printable("gr\xfc\x85"), "grü\\u{85}");
  });

  it("lets no control character of a host's reach the terminal", () => {
    assert.equal(printable("\u001b[31mred\u0007\r"), "\\u{1b}[31mred\\u{7}\\u{d}");
    assert.equal(printable(Buffer.from("a\u202eb").toString("latin1")), "a\\u{202e}b");
  });

  it("lets nothing through that hides, turns a line around or ends it", () => {
    const deceptive = [
      "\u061c",
      "\u00ad",
      "\u2060",
      "\u2028",
      "\u2029",
      "\u2066",
      "\ufff9",
      "\u{e0041}",
      "\ud800",
      "\u009b",
    ];
    for (const one of deceptive) assert.equal(printable(`東${one}b`), `東\\u{${one.codePointAt(0)?.toString(16)}}b`);
  });

  it("lets no colour directive of a host's reach the engine, which ends with a panic at one that it does not know", () => {
    assert.equal(printable("# <{%pwned%}> <{%fg 1%}>"), "# \\u{3c}{%pwned%}> \\u{3c}{%fg 1%}>");
    const [, , , added] = unifiedDiff("/etc/x", "", "<{%pwned%}>\n").split("\n");
    assert.equal(added, "+\\u{3c}{%pwned%}>");
  });

  it("shows a user's own text as it is", () => {
    assert.equal(printable("Köln → 東京"), "Köln → 東京");
    assert.equal(printable("web-1 … web-3"), "web-1 … web-3");
  });
});
