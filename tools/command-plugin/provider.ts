import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { isDeepStrictEqual } from "node:util";
import type { Provider } from "@pulumi/pulumi/provider";
import { checkInputs } from "./check";
import { type LocalInputs, runLocal } from "./local";
import { type RemoteInputs, runRemote } from "./remote";
import { packageSchema, version } from "./schema";
import type { CommandInputs, Task } from "./task";
import { harmless, type Log, type Output } from "./transcript";
import { comparable, reveal, type WireObject } from "./wire";

/** Delivers messages about one resource to the engine. */
export type OpenLog = (urn: string) => { log: Log; delivered(): Promise<void> };

type State = CommandInputs & Partial<Output>;

/** The provider that serves both kinds of command. */
export function createProvider(openLog: OpenLog) {
  const stopping = new AbortController();
  // Each connection waits for it.
  setMaxListeners(0, stopping.signal);

  async function run(urn: string, command: string | undefined, inputs: CommandInputs, previous: Output) {
    if (command === undefined) return previous;
    const { log, delivered } = openLog(urn);
    const task = { command, inputs, previous, log, signal: stopping.signal };
    try {
      return await (typeOf(urn) === "command:remote:Command"
        ? runRemote(task as Task<RemoteInputs>)
        : runLocal(task as Task<LocalInputs>));
    } catch (error) {
      throw new Error(harmless(error instanceof Error ? error.message : String(error)), { cause: error });
    } finally {
      await delivered();
    }
  }

  return {
    version,
    schema: JSON.stringify(packageSchema),

    check: async (urn, _olds, news) => checkInputs(typeOf(urn), news),

    // No word on what else changed: then the engine finds out by itself, in detail, from old and new inputs.
    diff: async (_id, _urn, olds, news) => ({
      replaces: isDeepStrictEqual(comparable(olds.triggers), comparable(news.triggers)) ? [] : ["triggers"],
    }),

    async create(urn, inputs) {
      const known = reveal(inputs) as State;
      const output = await run(urn, known.create, known, { stdout: "", stderr: "" });
      return { id: nameOf(urn) + randomBytes(4).toString("hex"), outs: { ...inputs, ...output } };
    },

    async update(_id, urn, olds, news) {
      const known = reveal(news) as State;
      return { outs: { ...news, ...(await run(urn, known.update ?? known.create, known, lastOutput(olds))) } };
    },

    async delete(_id, urn, props) {
      const known = reveal(props) as State;
      await run(urn, known.delete, known, lastOutput(props));
    },

    async invoke(token) {
      throw new Error(
        `${token} is not served by this stand-in. Install the official command plugin, version ${version}.`,
      );
    },

    async cancel() {
      stopping.abort(new Error("the engine asked to stop"));
    },
  } satisfies Provider;
}

function lastOutput(state: WireObject): Output {
  const { stdout = "", stderr = "" } = reveal(state) as State;
  return { stdout, stderr };
}

/** `urn:pulumi:stack::project::parent:type$own:type::name` */
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
