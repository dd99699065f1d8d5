import assert from "node:assert/strict";
import { createProvider } from "../../../tools/command-plugin/provider";
import type { Output } from "../../../tools/command-plugin/transcript";

type Inputs = Record<string, unknown>;
type State = Inputs & Output;

export interface Message {
  severity: string;
  message: string;
  passing: boolean;
}

const opened: ReturnType<typeof createProvider>[] = [];

/** Ends the connections of all plugins opened so far, which they keep, so that servers can end too. */
export async function stopPlugins(): Promise<void> {
  for (const provider of opened.splice(0)) await provider.cancel();
}

/** The provider, driven as the engine drives it: inputs are checked before they are applied. */
export function openPlugin(kind: "remote" | "local") {
  const urn = `urn:pulumi:dev::project::command:${kind}:Command::web`;
  const messages: Message[] = [];
  const provider = createProvider(() => ({
    log: (severity, message, options) => messages.push({ severity, message, passing: options?.passing ?? false }),
    delivered: async () => {},
  }));

  opened.push(provider);

  async function checked(inputs: Inputs): Promise<Inputs> {
    const result = await provider.check(urn, {}, inputs);
    assert.deepEqual(result.failures, []);
    return result.inputs;
  }

  return {
    messages,
    create: async (inputs: Inputs): Promise<{ id: string; outs: State }> =>
      provider.create(urn, await checked(inputs)) as Promise<{ id: string; outs: State }>,
    update: async (olds: Inputs, news: Inputs): Promise<State> =>
      (await provider.update("web01234567", urn, olds, await checked(news))).outs as State,
    delete: async (state: Inputs): Promise<void> => provider.delete("web01234567", urn, state),
    diff: async (olds: Inputs, news: Inputs) => provider.diff("web01234567", urn, olds, await checked(news)),
    cancel: () => provider.cancel(),
  };
}
