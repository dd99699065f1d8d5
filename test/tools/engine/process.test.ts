import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { run } from "../../../tools/engine/process";
import { useSandbox } from "./sandbox";

describe("running a command", () => {
  const sandbox = useSandbox();
  const script = (body: string) => {
    const file = join(sandbox.bin, "command");
    sandbox.script(file, body);
    return file;
  };

  it("returns its stdout alone", async () => {
    assert.equal(await run(script("echo out; echo err >&2"), [], { minutes: 1 }), "out\n");
  });

  for (const [ending, message] of [
    ["exit 7", /command one two exited with 7: what went wrong/],
    ["kill -TERM $$", /command one two died of SIGTERM: what went wrong/],
  ] as const) {
    it(`an error after "${ending}" names command, ending and output`, async () => {
      await assert.rejects(run(script(`echo what went wrong >&2; ${ending}`), ["one", "two"], { minutes: 1 }), message);
    });
  }

  it("an error names a command that isn't there", async () => {
    await assert.rejects(run("/no/such/command", [], { minutes: 1 }), /\/no\/such\/command could not be started/);
  });

  it("stops what the command started too when its time is over", async () => {
    // The grandchild holds this connection until it dies.
    const server = createServer().listen(0);
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const connected = once(server, "connection") as Promise<[Socket]>;
    const hold = `require("node:net").connect(${port}).resume()`;
    const command = script(`"${process.execPath}" -e '${hold}' & wait`);

    const running = assert.rejects(run(command, [], { minutes: 1 / 120 }), /was stopped after/);
    const [socket] = await connected;
    const gone = once(
      socket.on("error", () => socket.destroy()),
      "close",
    );
    await Promise.all([running, gone]);
    server.close();
  });
});
