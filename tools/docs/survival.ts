/** Measures how long sessions live through a NAT, and draws it: `npm run docs:survival`. Needs what real hosts need. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSurvival, SURVIVAL_PICTURE, survivalSvg } from "./survivalSvg";

const { status } = spawnSync(
  process.execPath,
  [join(__dirname, "..", "run.mjs"), "test/run.ts", "test/wire/survival.ts"],
  { stdio: "inherit" },
);
if (status === 0) writeFileSync(SURVIVAL_PICTURE, survivalSvg(readSurvival()));
process.exitCode = status ?? 1;
