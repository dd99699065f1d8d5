import assert from "node:assert/strict";
import { matchesPatterns, matchesWildcards, parseLine, probeHost } from "../../../components/settings";

describe("the host that ssh is asked about", () => {
  const probes: [patterns: string[] | undefined, probe: string | undefined][] = [
    [undefined, "ssh-keepalive.invalid"],
    [["*", "!web-*"], "ssh-keepalive.invalid"],
    [["*.example"], "ssh-keepalive.example"],
    [["web-?"], "web-x"],
    [["*.example", "!ssh-keepalive.*"], "x.example"],
    [["web-1", "web-2", "!web-1"], "web-2"],
    [["!old.example"], undefined],
    [["web-1", "!web-*"], undefined],
  ];
  for (const [patterns, probe] of probes)
    it(`is ${probe ?? "none"} for ${patterns?.join(" ") ?? "all hosts"}`, () => {
      assert.equal(probeHost(patterns), probe);
      if (probe !== undefined) assert.ok(matchesPatterns(patterns ?? ["*"], probe));
    });
});

describe("a pattern with wildcards", () => {
  const cases: [pattern: string, text: string, matches: boolean][] = [
    ["*", "", true],
    ["?", "", false],
    ["a*c", "abc", true],
    ["a*c", "abcd", false],
    ["*.example", "a.b.example", true],
    ["*a*b", "aXbXb", true],
    ["w?b-*", "web-1", true],
    ["w?b-*", "web", false],
    ["caf?", "caf\u{1f375}", true],
  ];
  for (const [pattern, text, matches] of cases)
    it(`${pattern} ${matches ? "is" : "is not"} for "${text}"`, () => {
      assert.equal(matchesWildcards(pattern, text), matches);
    });

  it("is decided at once, however many stars a host's own line has", () => {
    assert.equal(matchesPatterns([`${"*a".repeat(50_000)}z`], "a".repeat(60)), false);
  });
});

describe("a line of a config", () => {
  for (const words of ['""', '"" ""', '"'.repeat(1000), `"a" "" b`])
    it(`that ssh-config fails on ends nothing: Host ${words.slice(0, 12)}`, () => {
      assert.equal(parseLine(`Host ${words}`)?.keyword, "Host");
    });

  it("is read at once, however long the blanks in it are", () => {
    assert.deepEqual(parseLine(`Port${" ".repeat(300_000)}22${" ".repeat(300_000)}`)?.values, ["22"]);
  });
});
