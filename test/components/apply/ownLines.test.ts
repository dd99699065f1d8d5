import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { commands, planDocument } from "../../../components/apply";
import { decode } from "../../../components/observe/decode";
import { script } from "../../../components/observe/observe";
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
      const paths = { sshdConfig: join(folder, "missing"), sshConfig: config, journal: join(folder, "journal") };
      writeFileSync(config, `${BEGIN}\n${END}\n`);
      const observation = decode(spawnSync("sh", ["-s"], { input: await script({ paths }) }).stdout);
      const file = { path: config, content: "", result: "", splices: [], hadLines: true, hasLines: true };
      const part = { role: "client" as const, path: config, before: {}, after: {}, leftAlone: {}, former: [] };
      const sender = { owner: "o", resource: "r", takeOver: false };
      const touched = { parts: [{ ...part, files: [file], warnings: [] }] };
      const { text } = planDocument(touched, observation, undefined, paths.journal, sender);
      const undo = (await commands(undefined)).delete.replace("/bin/sh -c", `${[program, ...words].join(" ")} -c`);
      fc.assert(
        fc.property(files, (content) => {
          writeFileSync(config, content, "latin1");
          const { status, stdout, stderr } = spawnSync("bash", ["-c", undo], { input: text, encoding: "utf8" });
          assert.deepEqual([status, stdout, stderr], [0, "", ""]);
          assert.equal(readFileSync(config, "latin1"), withoutRanges(content, findOwnLines(content).ranges));
        }),
        { numRuns: 30 },
      );
    });
});
