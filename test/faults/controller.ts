import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Fleet } from "../e2e/fleet";

/** A run of the engine that a test does not let end by itself. */
export class Controller {
  private output = "";
  private readonly exit: Promise<number | null>;

  private constructor(private readonly engine: ChildProcessWithoutNullStreams) {
    const take = (data: Buffer) => {
      this.output += data;
    };
    engine.stdout.on("data", take);
    engine.stderr.on("data", take);
    this.exit = new Promise((resolve) => engine.once("close", resolve));
  }

  static start({ stack }: Fleet, command: "up" | "destroy"): Controller {
    const controller = new Controller(stack.start([command, "--yes", "--skip-preview"]));
    controller.engine.stdin.end();
    return controller;
  }

  /** kill -9 of the engine, the program and the plugins, as when their machine is gone. */
  async kill(): Promise<void> {
    const engine = this.engine.pid as number;
    for (const pid of [engine, ...below(engine)]) unlessGone(() => process.kill(pid, "SIGKILL"));
    await this.exit;
  }

  /** As Ctrl-C does in a terminal. */
  interrupt(): void {
    this.engine.kill("SIGINT");
  }

  async ended(): Promise<{ code: number | null; output: string }> {
    const code = await this.exit;
    return { code, output: this.output };
  }
}

/** All processes that a process has started, and those that these have. */
function below(pid: number): number[] {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = threads.flatMap((thread) =>
    (unlessGone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")) ?? "")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
  return children.flatMap((child) => [child, ...below(child)]);
}

/** Of processes that may end meanwhile. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
