import assert from "node:assert/strict";
import { type HostReport, renderFailures, renderRecap, renderReport } from "../../../components/verify";

const UNREACHABLE: HostReport = { name: "web-2", outcome: "unreachable", reason: "192.0.2.2:22 does not answer" };

describe("the report", () => {
  it("counts hosts in Ansible's words", () => {
    assert.equal(
      renderRecap(["ok", "changed", "ok", "unreachable"]),
      "recap: ok=2 changed=1 skipped=0 unreachable=1 failed=0",
    );
  });

  it("says why a host could not be dealt with", () => {
    assert.equal(renderReport([UNREACHABLE], true), "web-2: unreachable: 192.0.2.2:22 does not answer");
  });

  it("prints no control character of a host's", () => {
    const hostile: HostReport = { name: "web-3", outcome: "failed", reason: "\u001b]0;pwned\u0007" };
    assert.equal(renderReport([hostile], false), "web-3: failed: \\u{1b}]0;pwned\\u{7}");
  });
});

describe("a run with hosts that could not be dealt with", () => {
  it("fails with every cause", () => {
    const failed: HostReport = { name: "web-1", outcome: "failed", reason: "sudo refused" };
    assert.equal(
      renderFailures([failed, UNREACHABLE, { name: "web-3", outcome: "ok" }], false),
      "2 of 3 hosts could not be dealt with:\n" +
        "  web-1 failed: sudo refused\n  web-2 unreachable: 192.0.2.2:22 does not answer",
    );
  });

  it("succeeds where unreachable hosts may be skipped", () => {
    assert.equal(renderFailures([{ ...UNREACHABLE, isNew: false }], true), undefined);
  });

  it("fails for an unreachable host that was never configured, as it would look done", () => {
    assert.match(renderFailures([{ ...UNREACHABLE, isNew: true }], true) ?? "", /web-2 unreachable/);
  });
});
