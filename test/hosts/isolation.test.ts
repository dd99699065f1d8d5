import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { describeHosts, sweep } from ".";
import { ownCgroup } from "./cgroups";
import { cgroups, traces } from "./traces";

const node = (file: string) => [process.execPath, "--require", "tsx/cjs", join(__dirname, file)];

/** A run of its own inside this one, with one host in it. */
class Run {
  readonly exit: Promise<unknown[]>;
  private readonly lines: NodeJS.AsyncIterator<string>;

  private constructor(readonly child: ChildProcessWithoutNullStreams) {
    this.exit = once(child, "exit");
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static async start(): Promise<Run> {
    const [file = "", ...args] = [...node("enter.ts"), ...node("fixtures/one-host.ts")];
    const run = new Run(spawn(file, args));
    equal(await run.line(), "ready");
    return run;
  }

  async line(): Promise<string> {
    return (await this.lines.next()).value;
  }
}

/** Killing is asynchronous, so the traces may take a moment to go. */
async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await done()) && Date.now() < deadline) await sleep(20);
}

describeHosts("an isolated run", () => {
  let before: Awaited<ReturnType<typeof traces>>;
  beforeEach(async () => {
    before = await traces();
  });

  it("leaves nothing when its program ends and forgets its host", async () => {
    const run = await Run.start();
    run.child.stdin.end();
    deepEqual(await run.exit, [0, null]);
    deepEqual(await traces(), before);
  });

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    it(`leaves nothing when ${signal} interrupts it, and exits with ${code}`, async () => {
      const run = await Run.start();
      run.child.kill(signal);
      deepEqual(await run.exit, [code, null]);
      deepEqual(await traces(), before);
    });

  it("that is just starting is spared by the sweep of another", async () => {
    const starting = join(ownCgroup(), `ssh-keepalive-${process.pid}-1`);
    mkdirSync(starting);
    try {
      await Promise.all([sweep(), sweep()]);
      ok(existsSync(starting));
    } finally {
      rmdirSync(starting);
    }
  });

  it("that is killed outright takes its hosts along; the next sweep removes its last trace and spares a live run", async () => {
    const live = await Run.start();
    const withLive = await traces();
    const dead = await Run.start();
    dead.child.kill("SIGKILL");
    await dead.exit;
    await until(async () => (await traces()).processes.length === withLive.processes.length);
    const { cgroups: left, ...rest } = await traces();
    deepEqual({ ...rest, cgroups: withLive.cgroups }, withLive);
    equal(left.length, withLive.cgroups.length + 1);

    await sweep();

    deepEqual(cgroups(), withLive.cgroups);
    live.child.stdin.write("still here\n");
    match(await live.line(), /still here/);
    live.child.stdin.end();
    await live.exit;
    deepEqual(await traces(), before);
  });
});
