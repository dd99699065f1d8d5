import { delimiter, dirname } from "node:path";
import type { Say } from "../say";
import { type Cli, findCli } from "./cli";
import { type CommandPlugin, findCommandPlugin } from "./command-plugin";

/** A Pulumi engine that can run this project's programs on this machine. */
export interface Engine extends Cli, Pick<CommandPlugin, "plugin"> {
  /**
   * To be added to the environment of whatever starts the engine: PATH with the CLI and its language host, and a
   * PULUMI_HOME of our own that holds the plugin of `@pulumi/command`. The backend is left to the caller.
   */
  env: NodeJS.ProcessEnv;
}

/**
 * Finds the Pulumi CLI, its Node.js language host and the plugin of `@pulumi/command`, or gets them: from the
 * official downloads, else from what package registries hold. The first time may take minutes, so `say` hears of it.
 *
 * @example const { pulumi, env } = await findEngine(say);
 *          spawn(pulumi, ["preview"], { env: { ...process.env, ...env } });
 * @throws an error that names every way that failed and what to install.
 */
export async function findEngine(say: Say): Promise<Engine> {
  const cli = await findCli(say);
  const { plugin, home } = await findCommandPlugin(cli.pulumi, say);
  const env = {
    PATH: [dirname(cli.pulumi), process.env.PATH].filter(Boolean).join(delimiter),
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  return { ...cli, plugin, env };
}
