import assert from "node:assert/strict";
import { matches, messages } from "./messages";
import { readPage } from "./pages";

const headings = [...readPage("docs/troubleshooting.md").matchAll(/^### `(.*)`$/gm)].map(([, text = ""]) => text);
const all = messages();

/** How much of a text is not put in when it is told. */
function fixed(text: string): number {
  return text.replace(/[…\s]/g, "").length;
}

describe("the page of error messages", () => {
  it("has the messages as its headings", () => {
    assert.ok(headings.length > 50, `${headings.length} headings`);
  });

  for (const heading of headings)
    it(`has only what can be told: ${heading}`, () => {
      assert.ok(fixed(heading) >= 10, "too little of the message is in the heading");
      assert.ok(
        all.some((message) => matches(heading, message)),
        "no message of the source is like this",
      );
    });

  it("has every error that a host or a user can get", () => {
    const unexplained = all
      .filter(({ told, text }) => told && fixed(text) >= 10)
      .filter((message) => !headings.some((heading) => matches(heading, message)));
    assert.deepEqual(
      unexplained.map(({ file, text }) => `${file}: ${text.trim()}`),
      [],
    );
  });
});
