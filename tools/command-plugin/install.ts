import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { version } from "./schema";

/** Tells the stand-in's folder from the official plugin's; holds a hash of the installed files. */
export const markerName = "ssh-keepalive-stand-in";

/**
 * Installs the stand-in as the engine expects a downloaded plugin: in the folder `resource-command-v1.2.1`. It works
 * without this checkout. A stand-in of other source is replaced; an official plugin stays.
 *
 * @example await installStandIn(join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins"));
 *
 * @param pluginsDir the engine's plugin folder, made if it's missing
 */
export async function installStandIn(pluginsDir: string): Promise<void> {
  const files = { "plugin.cjs": await bundle(), "pulumi-resource-command": launcher() };
  const hash = createHash("sha256").update(JSON.stringify(files)).digest("hex");
  const target = join(pluginsDir, `resource-command-v${version}`);

  await mkdir(pluginsDir, { recursive: true });
  const temporary = await mkdtemp(join(pluginsDir, ".stand-in-"));
  try {
    const fresh = join(temporary, "fresh");
    await mkdir(fresh);
    for (const [name, content] of Object.entries(files)) await writeFile(join(fresh, name), content, { mode: 0o755 });
    await writeFile(join(fresh, markerName), hash);

    for (;;) {
      const installed = await inspect(target);
      if (installed === "official" || installed === hash) return;
      await unless(["ENOENT"], rename(target, await mkdtemp(join(temporary, "stale-"))));
      // Somebody else may have installed it in between.
      if (await unless(["ENOTEMPTY", "EEXIST"], rename(fresh, target))) return;
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The hash of the stand-in there, if it's one. */
async function inspect(target: string): Promise<"official" | "unusable" | string> {
  const marker = await unless(["ENOENT"], readFile(join(target, markerName), "utf8"));
  if (marker) return marker.value;
  return (await unless(["ENOENT"], access(join(target, "pulumi-resource-command")))) ? "official" : "unusable";
}

/** The result, or undefined if the operation failed in one of the expected ways. */
async function unless<T>(expected: string[], operation: Promise<T>): Promise<{ value: T } | undefined> {
  try {
    return { value: await operation };
  } catch (error) {
    if (expected.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** One file, which starts faster than the hundreds of modules that it's made of. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, "index.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    keepNames: true,
    // ssh2 does without its native parts where they're missing
    external: ["*.node", "cpu-features"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles.map((file) => file.text).join();
}

/** Prefers the Node.js that runs now, as the one on a later PATH may be too old. */
function launcher(): string {
  const quoted = `'${process.execPath.replaceAll("'", `'\\''`)}'`;
  return `#!/bin/sh
node=${quoted}
[ -x "$node" ] || node=node
exec "$node" "$(dirname "$0")/plugin.cjs" "$@"
`;
}
