// Plain JavaScript, because tools/run.mjs needs it before any package is installed.
const { mkdirSync, rmSync, statSync, utimesSync } = require("node:fs");
const { homedir } = require("node:os");
const { dirname, isAbsolute, join } = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");

const SILENT_BEATS_UNTIL_DEAD = 10;

function cacheRoot() {
  const configured = process.env.XDG_CACHE_HOME;
  return join(configured && isAbsolute(configured) ? configured : join(homedir(), ".cache"), "ssh-keepalive");
}

async function withLock(name, onWait, task, beat = 1000) {
  const lock = join(cacheRoot(), "locks", name);
  mkdirSync(dirname(lock), { recursive: true });
  await acquire(lock, onWait, beat);

  const heart = setInterval(() => keepAlive(lock), beat);
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await task();
  } finally {
    clearInterval(heart);
    process.off("exit", release);
    release();
  }
}

// A holder is alive while its lock's time keeps changing. Unlike a process id this survives reboots, containers that
// share a home, and clocks that disagree. Two holders at once could only come of one that was suspended for long.
async function acquire(lock, onWait, beat) {
  let lastBeat;
  let silentBeats = 0;
  while (!create(lock)) {
    if (lastBeat === undefined) onWait();
    const seen = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    silentBeats = seen === lastBeat ? silentBeats + 1 : 0;
    lastBeat = seen;
    if (silentBeats > SILENT_BEATS_UNTIL_DEAD) {
      rmSync(lock, { recursive: true, force: true });
      silentBeats = 0;
    } else {
      await sleep(beat);
    }
  }
}

function create(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function keepAlive(lock) {
  const now = new Date();
  try {
    utimesSync(lock, now, now);
  } catch (error) {
    // Taken over and given back while this process was suspended: nothing is left to keep.
    if (error.code !== "ENOENT") throw error;
  }
}

module.exports = { cacheRoot, withLock };
