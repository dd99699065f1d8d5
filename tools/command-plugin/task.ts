import type { Log, Logging, Output } from "./transcript";

/** The inputs that both kinds of command have, checked and without marks. */
export interface CommandInputs {
  create?: string;
  update?: string;
  delete?: string;
  stdin?: string;
  logging?: Logging;
  environment?: Record<string, string>;
  addPreviousOutputInEnv?: boolean;
}

/** One command to run now. */
export interface Task<Inputs extends CommandInputs> {
  command: string;
  inputs: Inputs;
  /** What the resource's last command printed. */
  previous: Output;
  log: Log;
  /** Set off when the engine asks the plugin to stop. */
  signal: AbortSignal;
}

/** The variables that hand the last command's output to the next one; an empty stream has none. */
export function previousOutput({ inputs, previous }: Task<CommandInputs>): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false) return {};
  return {
    ...(previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}
