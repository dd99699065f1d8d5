import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Renames each to the path and back. The first one is there for longer, or nobody would get anywhere. What got in the way
 * there in the meantime is moved aside.
 */
const LOOP = `
$| = 1;
my ($at, @things) = @ARGV;
for (my $n = 0; ; $n++) {
  for my $one (@things) {
    rename $one, $at or rename $at, "$at.aside$n" and rename $one, $at;
    select undef, undef, undef, rand($one eq $things[0] ? $ENV{RIGHT} : $ENV{OTHERS});
    rename $at, $one;
  }
  print "." if $n == 0;
}`;

/** A user who puts one thing after the other in the place of a path, to hit the moment between a look at it and its use. */
export class Swapper {
  private constructor(private readonly process: ChildProcess) {}

  /** @param right for how many seconds the first thing is there, at most; each other one is for `others`. */
  static async start(path: string, things: string[], uid: number, right: number, others: number): Promise<Swapper> {
    // Perl is on every Debian, and fast enough for the moment between two of a shell's steps.
    const child = spawn("perl", ["-e", LOOP, path, ...things], {
      uid,
      gid: uid,
      env: { RIGHT: String(right), OTHERS: String(others) },
      cwd: "/",
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return new Swapper(child);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }
}
