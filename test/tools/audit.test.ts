import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { useSandbox } from "./engine/sandbox";

const ROOT = resolve(__dirname, "../..");
const TSX = require.resolve("tsx");

/** As npm 11.19.1 prints it of a registry with an audit service: one package with advisories, and one that needs it. */
function answer(...advisories: object[]): string {
  const found = {
    name: "tar",
    isDirect: false,
    via: advisories,
    effects: ["pacote"],
    range: "<99.0.0",
    nodes: ["node_modules/tar"],
  };
  const needs = {
    name: "pacote",
    isDirect: false,
    via: ["tar"],
    effects: [],
    range: "*",
    nodes: ["node_modules/pacote"],
  };
  const none = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 };
  return JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: advisories.length > 0 ? { tar: found, pacote: needs } : {},
    metadata: {
      vulnerabilities: none,
      dependencies: { prod: 231, dev: 61, optional: 39, peer: 0, peerOptional: 0, total: 295 },
    },
  });
}

const advisory = (severity: string, title = "Arbitrary file write") => ({
  source: 1101,
  name: "tar",
  dependency: "tar",
  title,
  url: "https://github.com/advisories/GHSA-0000",
  severity,
  cwe: ["CWE-22"],
  cvss: { score: 7.5, vectorString: null },
  range: "<99.0.0",
});

/** As npm 11.19.1 prints it of a registry that has no audit service. */
const REFUSED = JSON.stringify({
  message: "405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk",
  method: "POST",
  statusCode: 405,
  body: "",
  error: { summary: "", detail: "" },
});

describe("npm run audit", () => {
  const sandbox = useSandbox();

  /** Runs it where npm prints a text and ends with a code. */
  function audit(text: string, code: number) {
    writeFileSync(join(sandbox.root, "answer"), text);
    sandbox.script(
      join(sandbox.bin, "npm"),
      `echo "$*" >>"$CALLS"; while IFS= read -r line; do printf '%s\\n' "$line"; done <'${sandbox.root}/answer'; exit ${code}`,
    );
    const { status, stdout } = spawnSync(process.execPath, ["--import", TSX, join(ROOT, "tools/audit.ts")], {
      encoding: "utf8",
    });
    return { status, lines: stdout.trimEnd().split("\n") };
  }

  it("ends well where nothing is found, of all packages", () => {
    const { status, lines } = audit(`${answer()}\n`, 0);
    assert.deepEqual([status, lines], [0, ["295 packages: 0 critical, 0 high, 0 others"]]);
    assert.deepEqual(sandbox.calls(), ["audit --json"]);
  });

  it("lists what is high, and does not fail for it nor for what is less", () => {
    const { status, lines } = audit(`${answer(advisory("high"), advisory("moderate"), advisory("low"))}\n`, 1);
    assert.equal(status, 0);
    assert.deepEqual(lines, [
      "high: tar <99.0.0: Arbitrary file write (https://github.com/advisories/GHSA-0000)",
      "295 packages: 0 critical, 1 high, 2 others",
    ]);
  });

  it("fails for what is critical, and names that first", () => {
    const { status, lines } = audit(`${answer(advisory("high"), advisory("critical", "Remote code\u001b[2J"))}\n`, 1);
    assert.equal(status, 1);
    assert.match(lines[0] ?? "", /^critical: tar <99\.0\.0: Remote code\?\[2J \(/);
    assert.equal(lines.at(-1), "295 packages: 1 critical, 1 high, 0 others");
  });

  const silent: [title: string, text: string, code: number, why: RegExp][] = [
    ["has no audit service", `${REFUSED}\n`, 1, /: 405 Method Not Allowed - POST /],
    ["answers with what is no report", "<html>\n", 1, /: npm says nothing that can be read$/],
    ["says nothing, and npm ends well", "", 0, /: npm says nothing that can be read$/],
    ["answers with a report of another form", '{"auditReportVersion":3,"vulnerabilities":{}}\n', 0, /can be read$/],
  ];
  for (const [title, text, code, why] of silent)
    it(`says that nothing is known where the registry ${title}, with an exit code of its own`, () => {
      const { status, lines } = audit(text, code);
      assert.equal(status, 2);
      assert.match(lines[0] ?? "", /^no audit service answered, so nothing is known of the packages: /);
      assert.match(lines[0] ?? "", why);
    });

  it("says so where there is no npm", () => {
    const { status, stdout } = spawnSync(process.execPath, ["--import", TSX, join(ROOT, "tools/audit.ts")], {
      encoding: "utf8",
    });
    assert.equal(status, 2);
    assert.match(stdout, /^no audit service answered, .*ENOENT/);
  });
});
