import assert from "node:assert/strict";
import { step } from "../../tools/say";

describe("a long step", () => {
  it("is announced, heard of again with the time passed while it runs, and silent after", async () => {
    const said: string[] = [];
    let heardOf = () => {};
    const heartbeat = new Promise<void>((resolve) => {
      heardOf = resolve;
    });
    const say = (line: string) => {
      said.push(line);
      if (said.length === 3) heardOf();
    };
    const result = await step(say, "building", () => heartbeat.then(() => 42), 5);
    const saidInTime = said.length;
    await new Promise((resolve) => setTimeout(resolve, 20));

    assert.equal(result, 42);
    assert.equal(said[0], "building …");
    assert.match(said[1] ?? "", /^building … \d+ s$/);
    assert.equal(said.length, saidInTime);
  });

  it("fails with the task's own error", async () => {
    await assert.rejects(
      step(
        () => {},
        "building",
        () => Promise.reject(new Error("out of disk")),
      ),
      /^Error: out of disk$/,
    );
  });
});
