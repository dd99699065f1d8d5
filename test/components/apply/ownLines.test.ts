import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { findOwnLines, Note, renderBlock, withoutRanges } from "../../../components/plan/blocks";
import { SHELLS } from "./shells";

const [BEGIN = "", END = ""] = renderBlock("client", []);
const [, BEGIN_AFTER_NEWLINE = ""] = renderBlock("client", [], [Note.NewlineAdded]);
const LINES = [
  BEGIN,
  BEGIN_AFTER_NEWLINE,
  END,
  "Host *",
  "Host * ",
  "Match final originalhost a,b",
  "    ServerAliveInterval 60",
  "serveralivecountmax=2",
  "ServerAliveInterval 30",
  "Host a.example",
  "",
  "# caf\xe9",
];

describe("our lines in a file", () => {
  let folder: string;
  let config: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-own-"));
    config = join(folder, "ssh_config");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Any order of markers, our lines and others', as whatever hand or tool may leave them. */
  const files = fc
    .tuple(
      fc.array(fc.tuple(fc.constantFrom(...LINES), fc.constantFrom("\n", "\n", "\n", "\r\n")), { maxLength: 9 }),
      fc.boolean(),
    )
    .map(([lines, finished]) => {
      const content = lines.flat().join("");
      return finished ? content : content.replace(/\n$/, "");
    });

  for (const { name, command, missing } of SHELLS)
    it(`are the same to the plan and to the undoing with ${name}`, async function () {
      if (missing) this.skip();
      this.timeout(90_000);
      const [program = "", ...words] = command;
      const functions = await readFile(join(__dirname, "../../../components/apply/ownLines.sh"), "utf8");
      const text = `work=$1\n${functions}\nwithout_own_lines "$2"`;
      fc.assert(
        fc.property(files, (content) => {
          writeFileSync(config, content, "latin1");
          const args = [...words, "-c", text, "sh", folder, config];
          const { status, stdout, stderr } = spawnSync(program, args, { encoding: "latin1" });
          assert.deepEqual([status, stderr], [0, ""]);
          assert.equal(stdout, withoutRanges(content, findOwnLines(content).ranges));
        }),
        { numRuns: 200 },
      );
    });
});
