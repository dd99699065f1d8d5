export type Say = (line: string) => void;

/** One line of progress on stderr, so that stdout stays free for results. */
export const say: Say = (line) => {
  process.stderr.write(`ssh-keepalive: ${line}\n`);
};

/** Runs a long task, saying what it is at its start and, with the time passed, every 30 seconds until its end. */
export async function step<T>(say: Say, what: string, task: () => Promise<T>, heartbeat = 30_000): Promise<T> {
  const started = Date.now();
  say(`${what} …`);
  const beat = setInterval(() => say(`${what} … ${duration(Date.now() - started)}`), heartbeat);
  try {
    return await task();
  } finally {
    clearInterval(beat);
  }
}

/** A time for people: `45 s`, `2 min 30 s`. */
function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
