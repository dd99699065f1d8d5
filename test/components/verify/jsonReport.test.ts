import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type HostReport, jsonReport } from "../../../components/verify";
import { report } from "../../../components/verify/reportSchema";
import { REPORT_SCHEMA_FILE, reportSchemaText } from "../../../tools/docs/reportSchema";
import { changed, serverPlan } from "./reports";

const HOSTS: HostReport[] = [
  changed("web-1", {
    warnings: [{ file: "/etc/ssh/sshd_config", line: 7, message: "sets x" }, { message: "careful" }],
  }),
  { name: "web-2", outcome: "unreachable", reason: "192.0.2.2:22 does not answer", note: "its key is new" },
  { name: "web-3", outcome: "ok", plan: { parts: [serverPlan({ desired: undefined }, { hasLines: false })] } },
];

describe("the report as JSON", () => {
  it("holds what the text tells", () => {
    const values = { ClientAliveInterval: 0, ClientAliveCountMax: 3 };
    assert.deepEqual(JSON.parse(jsonReport(HOSTS, true)), {
      schema: "ssh-keepalive/report/1",
      preview: true,
      hosts: [
        {
          name: "web-1",
          outcome: "changed",
          roles: [
            {
              role: "server",
              path: "/etc/ssh/sshd_config",
              before: values,
              after: { ...values, ClientAliveInterval: 300 },
              leftAlone: { TCPKeepAlive: "yes" },
              diff:
                "--- /etc/ssh/sshd_config\tnow\n+++ /etc/ssh/sshd_config\twanted\n@@ -1,1 +1,2 @@\n" +
                "+ClientAliveInterval 300\n UsePAM yes",
              warnings: [{ file: "/etc/ssh/sshd_config", line: 7, message: "sets x" }, { message: "careful" }],
            },
          ],
        },
        {
          name: "web-2",
          outcome: "unreachable",
          reason: "192.0.2.2:22 does not answer",
          note: "its key is new",
          roles: [],
        },
        { name: "web-3", outcome: "ok", roles: [] },
      ],
      recap: { ok: 1, changed: 1, skipped: 0, unreachable: 1, failed: 0 },
    });
  });

  it("has no diff after up, and no values where up failed", () => {
    const failed: HostReport = { ...changed("web-1"), outcome: "failed", reason: "no", effective: undefined };
    const [host] = report.parse(JSON.parse(jsonReport([failed], false))).hosts;
    assert.deepEqual(Object.keys(host?.roles[0] ?? {}), ["role", "path", "before", "leftAlone", "warnings"]);
  });

  it("is of the published form, and has no field that is not published", () => {
    const published = z.fromJSONSchema(JSON.parse(readFileSync(REPORT_SCHEMA_FILE, "utf8")));
    const document = JSON.parse(jsonReport(HOSTS, true));
    published.parse(document);
    assert.deepEqual(report.parse(document), document);
    assert.throws(() => published.parse({ ...document, recap: {} }));
  });

  it("has its form published as it is", () => {
    assert.equal(readFileSync(REPORT_SCHEMA_FILE, "utf8"), reportSchemaText(), "run npm run docs");
  });

  it("lets nothing of a host's reach terminal or engine, neither as it is nor when it is decoded", () => {
    const evil = "\u001b[2J\u009b2J\u007f<{%pwned%}>";
    const hostile: HostReport = {
      ...changed(
        evil,
        {
          user: evil,
          path: evil,
          probe: evil,
          before: { [evil]: 0 },
          after: { [evil]: 300 },
          leftAlone: { TCPKeepAlive: evil },
          warnings: [{ file: evil, line: 1, message: evil }],
        },
        { path: evil, content: evil },
      ),
      effective: undefined,
      reason: evil,
      note: evil,
    };
    const json = jsonReport([hostile], true);
    const decoded: string[] = [];
    JSON.parse(json, (_, value) => {
      if (typeof value === "string") decoded.push(value);
      return value;
    });
    for (const text of [json, ...decoded]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that must not be there
      assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      assert.doesNotMatch(text, /<\{%/);
    }
  });
});
