/** Writes anew what the docs have from the source and from real runs: `npm run docs`. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPORT_SCHEMA_FILE, reportSchemaText } from "./reportSchema";
import { SETTINGS_PAGE, settingsPage } from "./settings";

writeFileSync(SETTINGS_PAGE, settingsPage());
writeFileSync(REPORT_SCHEMA_FILE, reportSchemaText());
const { status } = spawnSync(
  process.execPath,
  [join(__dirname, "..", "run.mjs"), "test/run.ts", "test/docs/outputs.test.ts"],
  { stdio: "inherit", env: { ...process.env, SSH_KEEPALIVE_WRITE_DOCS: "1" } },
);
process.exitCode = status ?? 1;
