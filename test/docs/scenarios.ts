import { exampleOutputs } from "./scenarios/examples";
import { fleetOutputs } from "./scenarios/fleet";
import { placeOutputs } from "./scenarios/places";
import { windowsOutputs } from "./scenarios/windows";

/** Every output that the pages show, by the name of its block. */
export async function produceOutputs(): Promise<Map<string, string>> {
  const scenes = [fleetOutputs, placeOutputs, exampleOutputs, windowsOutputs];
  const produced = await Promise.all(scenes.map((produce) => produce()));
  return new Map(produced.flatMap((outputs) => Object.entries(outputs)));
}
