/*
 * Runs a command where hosts can be made, for work on them outside `npm test`:
 *   npx tsx test/hosts/enter.ts npx mocha "test/hosts/*.test.ts"
 */
import { wantedSuites } from "./images";
import { runIsolated } from "./isolation";
import { hostsUnavailable, prepare } from "./prerequisites";

async function main(): Promise<void> {
  const reason = hostsUnavailable();
  if (reason) throw new Error(reason);
  await prepare(wantedSuites(), console.error);
  process.exitCode = await runIsolated(process.argv.slice(2));
}

void main();
