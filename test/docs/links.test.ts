import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { localLinks, pages, readPage } from "./pages";

const ROOT = join(__dirname, "..", "..");

/** A heading's anchor, as the places where Markdown is read make it. */
function anchors(page: string): string[] {
  const headings = [...readPage(page).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("links between the pages", () => {
  for (const page of pages())
    it(`of ${page} lead somewhere`, () => {
      const dead = localLinks(page).filter((link) => {
        const [file = "", anchor] = link.split("#");
        if (!existsSync(join(ROOT, file))) return true;
        return anchor !== undefined && !anchors(file).includes(anchor);
      });
      assert.deepEqual(dead, []);
    });

  it("of the index reach every page", () => {
    const linked = new Set([...localLinks("docs/README.md"), "README.md", "docs/README.md"]);
    assert.deepEqual(
      pages().filter((page) => !linked.has(page)),
      [],
    );
  });
});
