import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { SETTINGS_PAGE, settingsPage } from "../../../tools/docs/settings";

describe("the settings' reference", () => {
  it("is what the source says (npm run docs writes it anew)", () => {
    assert.equal(readFileSync(SETTINGS_PAGE, "utf8"), settingsPage());
  });

  it("names every setting of the source with what it is and its default", () => {
    const page = settingsPage();
    assert.match(page, /^\| `clientAliveInterval` \| `number` \| Seconds without data .* \| left alone \|$/m);
    assert.match(page, /^\| `hosts` \| \[HostArgs\]\(#hostargs\)\[\] \| .* \| required \|$/m);
    assert.match(
      page,
      /^\| `userClients` \| name → \[UserClientArgs\]\(#userclientargs\) \| By user name: .* \| none \|$/m,
    );
    assert.match(page, /^\| `sessions` \| `string\[\]` \| .* \| `\["\*"\]`, all that are saved \|$/m);
    assert.match(page, /^\| `DropIn` \| `"dropIn"` \| /m);
    assert.match(page, /^\| `Sudo` \| `"sudo"` \| By sudo/m);
  });
});
