import assert from "node:assert/strict";
import { matchesPatterns, probeHost } from "../../../components/settings";

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
