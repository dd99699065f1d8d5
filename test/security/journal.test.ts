import assert from "node:assert/strict";
import { unixHost } from "../../components/hostKinds";
import type { Observation, PresentFile } from "../../components/observe";
import { Refusal } from "../../components/plan";
import { DOCUMENT, HEAD, hostWith, JOURNAL_PATH } from "../components/apply/documents";
import { desire } from "../support/desired";

describe("a host's journal that others than root could have written", () => {
  const target = { kind: "local" as const, name: "web-1", user: "root" };

  /** Who holds the host, where its journal is a file like this. */
  function owner(file: Partial<PresentFile>, uid = 0): string | undefined {
    const observation: Observation = { ...hostWith(`${HEAD}document\n${DOCUMENT}`), uid };
    Object.assign(observation.files[JOURNAL_PATH] as PresentFile, file);
    return unixHost({ name: "web-1" }, target, observation, desire({})).journal?.owner;
  }

  it("is not believed: what it says would be sent back and done as root", () => {
    for (const file of [
      { owner: "1000" },
      { mode: "666" },
      { mode: "602" },
      { mode: "660", group: "1000" },
      { mode: "1777" },
    ])
      assert.throws(
        () => owner(file),
        (error) =>
          error instanceof Refusal &&
          error.message.startsWith(
            `${JOURNAL_PATH}, where this host keeps what was changed, could have been written by others;`,
          ),
        JSON.stringify(file),
      );
  });

  it("is any but that of root, or of who reads the host without being root", () => {
    for (const file of [
      { mode: "600" },
      { mode: "644" },
      { mode: "4" },
      { mode: "660", group: "0" },
      { mode: "640", group: "1000" },
    ])
      assert.equal(owner(file), "project/stack");
    assert.equal(owner({ owner: "1000" }, 1000), "project/stack");
  });
});
