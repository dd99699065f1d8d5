import { z } from "zod";
import { OUTCOMES } from "./recap";

/** Names the form of a report. A field may be added under the same name; whatever else changes gets a new one. */
export const REPORT_SCHEMA = "ssh-keepalive/report/1";

const count = z.number().int().nonnegative();
const values = z.record(z.string(), count);

const warning = z.object({
  file: z.string().optional().describe("Where it is, if it is at one place."),
  line: count.optional(),
  message: z.string(),
});

const role = z.object({
  role: z.enum(["server", "client", "putty"]),
  user: z.string().optional().describe("Whose it is, where it is one user's own."),
  path: z.string().describe("The main config file, or PuTTY's saved sessions."),
  probe: z.string().optional().describe("The host that ssh was asked about."),
  before: values.describe(
    "OpenSSH's keyword → effective value when the host was read; of PuTTY saved session → seconds between keepalives.",
  ),
  after: values
    .optional()
    .describe(
      "The same once all is done: in preview as foreseen, else as the host reports it. What is let go of is absent, and " +
        "all are where the host failed.",
    ),
  leftAlone: z.record(z.string(), z.string()).describe("What others decide and bears on keepalives, as TCPKeepAlive."),
  diff: z.string().optional().describe("Unified diff of each file that would change, in preview."),
  warnings: z.array(warning),
});

const host = z.object({
  name: z.string(),
  outcome: z.enum(OUTCOMES).describe("In preview, changed says that it would be."),
  reason: z.string().optional().describe("Why, unless the host is simply ok or changed."),
  note: z.string().optional(),
  roles: z.array(role).describe("What is or was managed on the host; empty where it could not be read."),
});

/** The report as a document for programs. What is not safe to print stands in it as `\u{…}`, as it does in the text. */
export const report = z
  .object({
    schema: z.literal(REPORT_SCHEMA),
    preview: z.boolean().describe("Whether it tells what would be done, or what was."),
    hosts: z.array(host),
    recap: z.object({ ok: count, changed: count, skipped: count, unreachable: count, failed: count }),
  })
  .meta({ title: "What ssh-keepalive tells of a fleet" });

export type Report = z.infer<typeof report>;

/** The form of a report as JSON Schema (2020-12). */
export function reportJsonSchema(): object {
  // As input: a reader has to put up with fields that were added later.
  return z.toJSONSchema(report, { io: "input" });
}
