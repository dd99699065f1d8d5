import assert from "node:assert/strict";
import { describeHosts } from "../hosts";
import { shownOutputs, writeOutputs } from "./pages";
import { produceOutputs } from "./scenarios";

const shown = shownOutputs();

describeHosts("the outputs that README.md and docs/ show", function () {
  this.timeout(1_200_000);
  let produced: Map<string, string>;

  before(async () => {
    produced = await produceOutputs();
    if (process.env.SSH_KEEPALIVE_WRITE_DOCS === "1") writeOutputs(produced);
  });

  // Read again, as the run may have written them.
  for (const { page, name } of shown)
    it(`${name} in ${page} is what is printed`, () => {
      for (const block of shownOutputs().filter((other) => other.page === page && other.name === name))
        assert.equal(block.text, produced.get(name), "it is renewed by: npm run docs");
    });

  it("are all that the scenarios produce", () => {
    assert.deepEqual([...produced.keys()].sort(), [...new Set(shown.map(({ name }) => name))].sort());
  });
});
