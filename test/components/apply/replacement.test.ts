import assert from "node:assert/strict";
import { LocalHost } from "../../support/localHost";
import { SHELLS } from "./shells";

const DESIRED = { server: { ClientAliveInterval: 60 }, client: { ServerAliveInterval: 75 } };
const DONE = { code: 0, stdout: "", stderr: "" };
const REPLACED = {
  code: 0,
  stdout: "the same run has just applied this host's plan, so this is a replacement; nothing was undone\n",
  stderr: "",
};

for (const { name, command, missing } of SHELLS)
  describe(`a host whose resource is created anew, with ${name}${missing ? ` (skipped: ${missing})` : ""}`, function () {
    this.timeout(60_000);
    let host: LocalHost;
    let original: unknown[];
    let text: string;

    before(function () {
      if (missing) this.skip();
    });
    beforeEach(async () => {
      host = await LocalHost.start(command);
      original = host.contents();
      ({ text } = await host.plan(DESIRED));
      await host.apply(text);
    });
    afterEach(async () => {
      const leftovers = host?.leftovers();
      await host?.stop();
      assert.deepEqual(leftovers, [], "what the scripts left behind");
    });

    it("keeps its settings where the old resource is deleted in the same run; a destroy in a later run undoes", async () => {
      const before = [...host.contents(), host.read(host.file("sshd.log"))];
      host.sameRun = true;
      const transaction = /^transaction .*$/m.exec(host.read(host.journal))?.[0];
      host.write(`${host.journal}.saved.2`, "of an earlier life");
      assert.equal((await host.apply(text)).status, "unchanged");
      assert.equal(/^transaction .*$/m.exec(host.read(host.journal))?.[0], transaction);
      assert.deepEqual(await host.undo(text), REPLACED);
      host.sameRun = false;
      assert.deepEqual([...host.contents(), host.read(host.file("sshd.log"))], before);
      assert.ok((await host.plan(DESIRED)).settled);
      assert.doesNotMatch(host.read(host.journal), /^keeper /m);
      assert.deepEqual(await host.undo(text), DONE);
      assert.deepEqual(host.contents(), original);
    });

    it("keeps its new settings where they change with the resource", async () => {
      host.sameRun = true;
      const changed = await host.plan({ ...DESIRED, server: { ClientAliveInterval: 90 } });
      assert.equal((await host.apply(changed.text)).status, "changed");
      assert.deepEqual(await host.undo(text), REPLACED);
      assert.match(host.read(host.dropIn), /ClientAliveInterval 90/);
      host.sameRun = false;
      assert.deepEqual(await host.undo(changed.text), DONE);
      assert.deepEqual(host.contents(), original);
    });

    it("is undone by a destroy after a new stack found it applied already", async () => {
      assert.equal((await host.apply(text)).status, "unchanged");
      assert.deepEqual(await host.undo(text), DONE);
      assert.deepEqual(host.contents(), original);
    });
  });
