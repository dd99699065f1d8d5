/** docs/report.schema.json: the form of the report that `pulumi preview --json` holds. */
import { join } from "node:path";
import { reportJsonSchema } from "../../components/verify/reportSchema";

export const REPORT_SCHEMA_FILE = join(__dirname, "..", "..", "docs", "report.schema.json");

/** The file as the source has it now. */
export function reportSchemaText(): string {
  return `${JSON.stringify(reportJsonSchema(), undefined, 2)}\n`;
}
