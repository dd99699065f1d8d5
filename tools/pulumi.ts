/** Runs `pulumi` with the engine that this machine has or can get: `npm run pulumi -- preview`. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { resolve } from "node:path";
import { type Engine, findEngine } from "./engine";
import { usersPulumiHome } from "./engine/command-plugin";
import { say } from "./say";

/** The user's login stays the user's, wherever the plugin comes from. */
function environment(engine: Engine): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    PULUMI_CREDENTIALS_PATH: usersPulumiHome(),
    // A host whose command fails must not keep the others from being finished.
    PULUMI_CONTINUE_ON_ERROR: "true",
    ...process.env,
    ...engine.env,
  };
  if (engine.plugin === "installed") env.PULUMI_HOME = usersPulumiHome();
  return env;
}

async function main(): Promise<void> {
  const engine = await findEngine(say);
  const child = spawn(engine.pulumi, process.argv.slice(2), {
    cwd: resolve(__dirname, ".."),
    env: environment(engine),
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // A terminal's Ctrl-C reaches the CLI by itself, and to the CLI a second one means "stop at once".
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal));
  }
  child.once("close", (code, signal) => process.exit(code ?? 128 + constants.signals[signal as NodeJS.Signals]));
}

main().catch((error: Error) => {
  say(error.message);
  process.exitCode = 1;
});
