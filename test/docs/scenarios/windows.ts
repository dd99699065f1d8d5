import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Stack } from "../../../examples/start/stack";
import { runDir } from "../../hosts/isolation";
import { WindowsHost } from "../../support/windowsHost";
import { settingsOf } from "../pages";
import { COMPONENT, diagnosticsOf } from "../stage";

/** The page's host, with two saved sessions. */
export async function windowsOutputs(): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "ssh-keepalive-docs-windows-"));
  const key = (file: string) => readFileSync(join(runDir, file), "utf8");
  const windows = await WindowsHost.start("desk-7", folder, key("key.pub"));
  try {
    windows.save("web", "PingInterval", 0);
    windows.save("web", "PingIntervalSecs", 0);
    windows.save("db", "PingIntervalSecs", 45);
    const stack = new Stack(
      { pulumi: process.env.SSH_KEEPALIVE_TEST_PULUMI ?? "pulumi", env: {} },
      "prod",
      folder,
      () => {},
    );
    const { hosts, ...settings } = settingsOf("docs/keepalive/putty-windows.md");
    const [desk] = hosts as { user: string }[];
    const { port, hostKey } = windows.machine;
    const user = userInfo().username;
    await stack.create({ hosts: [{ ...desk, address: "127.0.0.1", port, hostKey, user }], ...settings }, key("key"));
    const preview = await stack.expect(["preview"]);
    // The stand-in has no users of its own.
    return { "putty-windows": diagnosticsOf(COMPONENT, preview).replaceAll(`of ${user} `, `of ${desk?.user} `) };
  } finally {
    await windows.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
