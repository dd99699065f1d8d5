/** Makes dist/, what `npm pack` ships: the components as JavaScript with their types, and their shell scripts. */
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { run } from "./engine/process";
import { say } from "./say";

const ROOT = resolve(__dirname, "..");

async function build(): Promise<void> {
  await rm(join(ROOT, "dist"), { recursive: true, force: true });
  await run(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
    cwd: ROOT,
    minutes: 5,
  });
  const scripts = await copyShellScripts();
  const shipped = await packedFiles();
  const missing = ["index.js", "index.d.ts", ...scripts]
    .map((file) => join("dist/components", file))
    .filter((file) => !shipped.includes(file));
  if (missing.length > 0) throw new Error(`npm pack would not ship ${missing.join(", ")}`);
  say(`built dist/; npm pack ships ${shipped.length} files`);
}

/** tsc leaves out what isn't TypeScript. */
async function copyShellScripts(): Promise<string[]> {
  const files = await readdir(join(ROOT, "components"), { recursive: true });
  const scripts = files.filter((file) => file.endsWith(".sh"));
  for (const script of scripts) {
    const target = join(ROOT, "dist/components", script);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(ROOT, "components", script), target);
  }
  return scripts;
}

async function packedFiles(): Promise<string[]> {
  const listing = await run("npm", ["pack", "--dry-run", "--json"], { cwd: ROOT, minutes: 1 });
  const [pack] = JSON.parse(listing) as [{ files: { path: string }[] }];
  return pack.files.map(({ path }) => path);
}

build().catch((error: Error) => {
  say(error.message);
  process.exitCode = 1;
});
