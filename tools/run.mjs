// Runs one of the project's TypeScript files, on a fresh clone too: `node tools/run.mjs <file.ts> [arguments]`.
// Plain JavaScript without dependencies, because it is what installs them.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import lock from "./engine/lock.cjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const say = (line) => console.error(`ssh-keepalive: ${line}`);

function requireNode() {
  const { engines } = readJson("package.json");
  const [major, minor] = engines.node.match(/\d+/g).map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split(".").map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  throw new Error(
    `Node ${engines.node} is needed, this is ${process.version}: install a newer one (https://nodejs.org)`,
  );
}

async function installPackages() {
  if (packagesMatchLockfile()) return;
  const onWait = () => say("another process is installing the packages; waiting for it");
  await lock.withLock(`npm-ci${root.replaceAll("/", "-")}`, onWait, async () => {
    if (packagesMatchLockfile()) return;
    say("installing the packages of package-lock.json (npm ci, up to a minute) …");
    // Its summary on stdout would mix with the output of the program that follows; its errors are on stderr.
    const code = await run("npm", ["ci", "--include=dev", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (code !== 0) throw new Error(`npm ci failed with ${code} in ${root}`);
  });
}

/** npm writes its own record of what it installed at the very end, so a broken install has none. */
function packagesMatchLockfile() {
  const installed = readJson("node_modules/.package-lock.json")?.packages ?? {};
  return Object.entries(readJson("package-lock.json").packages).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    return found === undefined ? wanted.optional === true : found.integrity === wanted.integrity;
  });
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Runs a command to its end, passes signals on to it and returns its exit code as a shell would: 128 + n for a signal. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      // A terminal's Ctrl-C reaches the child by itself, and a second one would mean "at once" to many programs.
      process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal));
    }
    child.once("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.once("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

try {
  requireNode();
  await installPackages();
  const tsx = import.meta.resolve("tsx");
  process.exitCode = await run(process.execPath, ["--import", tsx, ...process.argv.slice(2)], { stdio: "inherit" });
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
