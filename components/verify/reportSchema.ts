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
  role: z.enum(["server", "client"]),
  path: z.string().describe("The config file."),
  before: values.describe("OpenSSH's keyword → effective value when the host was read."),
  after: values
    .optional()
    .describe(
      "The same once all is done: in preview as foreseen, else as OpenSSH reports it. A keyword that is let go of is " +
        "absent, and all are where the host failed.",
    ),
  diff: z.string().optional().describe("Unified diff of the file, in preview and where it would change."),
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
