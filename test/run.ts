// `npm test`: gets all that the tests need, then runs them where no packet can leave the machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { findOpenSsh } from "../examples/start/openssh";
import { findEngine } from "../tools/engine";
import { say } from "../tools/say";
import { hostsUnavailable, prepare, runIsolated, wantedSuites } from "./hosts";

async function main(): Promise<number> {
  await findOpenSsh(say);
  const { pulumi, env } = await findEngine(say);
  Object.assign(process.env, env, { SSH_KEEPALIVE_TEST_PULUMI: pulumi });
  const asked = process.argv.slice(2);
  const specs = asked.length > 0 ? asked : [join(__dirname, "**/*.test.ts")];
  const mocha = [process.execPath, require.resolve("mocha/bin/mocha.js"), ...specs];
  const reason = hostsUnavailable();
  if (reason === undefined) {
    await prepare(wantedSuites(), say);
    return runIsolated(mocha);
  }
  say(`no real hosts can be made here, and their tests are skipped: ${reason}`);
  const [program, ...args] = mocha as [string, ...string[]];
  const [code] = await once(spawn(program, args, { stdio: "inherit" }), "exit");
  return code ?? 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    say(error.message);
    process.exitCode = 1;
  },
);
