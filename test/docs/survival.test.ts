import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readSurvival, SURVIVAL_PICTURE, survivalSvg } from "../../tools/docs/survivalSvg";

describe("the picture of how long sessions lived", () => {
  it("is drawn from what was measured, byte for byte (npm run docs:survival measures anew)", () => {
    assert.equal(readFileSync(SURVIVAL_PICTURE, "utf8"), survivalSvg(readSurvival()));
  });

  it("shows what the README says: a session lives if its interval is below the NAT's time, and else dies at that", () => {
    const { natForgetsAfter, observedFor, sessions } = readSurvival();
    assert.ok(sessions.length >= 7);
    for (const { interval, diedAfter = observedFor } of sessions) {
      const lives = interval > 0 && interval < natForgetsAfter;
      const [least, most] = lives ? [observedFor, observedFor] : [natForgetsAfter, natForgetsAfter + 1];
      assert.ok(diedAfter >= least && diedAfter <= most, `interval ${interval}: ${diedAfter} s`);
    }
  });
});
