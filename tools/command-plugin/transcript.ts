/** What a command printed, each stream without its final newline. */
export interface Output {
  stdout: string;
  stderr: string;
}

export type Stream = keyof Output;
export type Logging = Stream | "stdoutAndStderr" | "none";

/** Sends one message to the engine. A passing one is shown while the resource is being worked on, then forgotten. */
export type Log = (severity: "info" | "warn" | "error", message: string, options?: { passing: boolean }) => void;

/** Collects what a command prints and logs it line by line as it comes. */
export class Transcript {
  readonly #chunks: { stream: Stream; chunk: Buffer }[] = [];
  readonly #log: Log;
  readonly #logged: readonly Stream[];
  #openLine = Buffer.alloc(0);

  constructor(log: Log, logging: Logging = "stdoutAndStderr") {
    this.#log = log;
    this.#logged = (["stdout", "stderr"] as const).filter((stream) => [stream, "stdoutAndStderr"].includes(logging));
  }

  write(stream: Stream, chunk: Buffer): void {
    this.#chunks.push({ stream, chunk });
    if (!this.#logged.includes(stream)) return;
    // Both streams share one line, as in the official plugin, so a prompt and its answer stay together.
    this.#openLine = Buffer.concat([this.#openLine, chunk]);
    for (let end = this.#openLine.indexOf("\n"); end >= 0; end = this.#openLine.indexOf("\n")) {
      this.#logLine(this.#openLine.subarray(0, end));
      this.#openLine = this.#openLine.subarray(end + 1);
    }
  }

  finish(): Output {
    this.#logRest();
    return { stdout: this.#text("stdout").replace(/\n$/, ""), stderr: this.#text("stderr").replace(/\n$/, "") };
  }

  /** The error of a command that didn't succeed; it holds both streams in the order of their arrival. */
  failure(reason: string, command: string): Error {
    this.#logRest();
    return new Error(`${reason}: running ${goQuote(command)}:\n${this.#text("stdout", "stderr")}`);
  }

  #text(...streams: Stream[]): string {
    const chosen = this.#chunks.filter(({ stream }) => streams.includes(stream));
    return Buffer.concat(chosen.map(({ chunk }) => chunk)).toString();
  }

  #logRest(): void {
    if (this.#openLine.length > 0) this.#logLine(this.#openLine);
    this.#openLine = Buffer.alloc(0);
  }

  #logLine(line: Buffer): void {
    this.#log("info", line.toString().replace(/\r$/, ""), { passing: true });
  }
}

const goEscapes: Record<string, string> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

/** The text as Go's `%q` prints it, which is how users of the official plugin know their commands from its errors. */
export function goQuote(text: string): string {
  return `"${text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, goEscape)}"`;
}

/**
 * Words of the far side as an error may have them. The engine prints an error as it is, so a terminal would obey what is in
 * it; and it takes `<{%` for a directive of its own, and panics at one that it does not know.
 */
export function harmless(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|<(?=\{%)/gu, goEscape);
}

function goEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (goEscapes[character]) return goEscapes[character];
  if (code < 0x80) return `\\x${hex.padStart(2, "0")}`;
  return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}
