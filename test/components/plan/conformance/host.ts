import type { Observation } from "../../../../components/observe";
import { decode } from "../../../../components/observe/decode";
import { script } from "../../../../components/observe/observe";
import { type PartPlan, plan } from "../../../../components/plan";
import { findOwnLines, Note, withoutRanges } from "../../../../components/plan/blocks";
import type { Desired } from "../../../../components/settings";
import { ACTIVATING } from "../../../support/desired";
import type { Wish } from "./cases";
import type { Files, Oracle } from "./oracle";

export function desiredOf({ part, precedence, placement }: Wish): Desired {
  return { parts: [part], precedence, placement, activating: ACTIVATING };
}

/** Reads the files as a real run does. No sshd runs there, so that one is made up. */
export async function observed(oracle: Oracle, wish: Wish): Promise<Observation> {
  const observation = decode(await oracle.run(await script({ paths: {} }, desiredOf(wish))));
  return { ...observation, service: { kind: "systemd", name: "ssh.service" } };
}

/** Plans the one part that there is; undefined where nothing is to be done and nothing is wanted. */
export function planned(observation: Observation, { parts }: Desired, wish: Wish): PartPlan | undefined {
  const { role, user } = wish.part;
  const all = plan({ ...desiredOf(wish), parts }, observation, []).parts;
  return all.find((part) => part.role === role && part.user === user);
}

/** The files once a plan is carried out. */
export function carriedOut(files: Files, part: PartPlan | undefined): Files {
  const after = { ...files };
  for (const { path, content, result } of part?.files ?? []) {
    if (files[path] !== content) throw new Error(`${path} was observed as ${JSON.stringify(content)}`);
    if (result === undefined) delete after[path];
    else after[path] = result;
  }
  return after;
}

/** The files without ours, by the markers alone, as the host itself does it. */
export function undone(files: Files): Files {
  const after: Files = {};
  for (const [path, content] of Object.entries(files)) {
    const own = findOwnLines(content);
    const rest = withoutRanges(content, own.ranges);
    if (own.ranges.length > 0 && rest === "" && own.notes.includes(Note.FileCreated)) continue;
    after[path] = rest;
  }
  return after;
}
