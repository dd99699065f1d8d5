import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { until } from "../../support/localHost";

const PLUGIN = join(__dirname, "../../../tools/command-plugin/index.ts");

describe("command plugin", function () {
  this.timeout(60_000);

  it("ends with an engine that was killed, and with it the connections that it keeps", async () => {
    // Stands for the engine: it starts the plugin, whose first words say where it listens.
    const engine = spawn("sh", [
      "-c",
      '"$@" <&- & echo $! >&2; wait',
      "sh",
      process.execPath,
      "--import",
      "tsx",
      PLUGIN,
    ]);
    const pid = once(engine.stderr, "data").then(([data]) => Number(String(data)));
    const plugin = await pid;
    try {
      await once(engine.stdout, "data");
      engine.kill("SIGKILL");
      await until(() => !isRunning(plugin));
    } finally {
      if (isRunning(plugin)) process.kill(plugin, "SIGKILL");
    }
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
