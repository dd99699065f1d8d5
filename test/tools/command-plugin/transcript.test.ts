import assert from "node:assert/strict";
import { goQuote, harmless, type Logging, Transcript } from "../../../tools/command-plugin/transcript";

function transcribe(logging: Logging | undefined, ...writes: ["stdout" | "stderr", string][]) {
  const logged: string[] = [];
  const transcript = new Transcript((_severity, message) => logged.push(message), logging);
  for (const [stream, text] of writes) transcript.write(stream, Buffer.from(text));
  return { logged, output: transcript.finish() };
}

describe("command plugin: what a command prints", () => {
  it("comes back without one final newline", () => {
    const { output } = transcribe("none", ["stdout", "a\n\n"], ["stderr", "b"]);
    assert.deepEqual(output, { stdout: "a\n", stderr: "b" });
  });

  it("keeps characters that arrive in two parts", () => {
    const transcript = new Transcript(() => {}, "none");
    const [first, second] = [Buffer.from("é").subarray(0, 1), Buffer.from("é").subarray(1)];
    transcript.write("stdout", first);
    transcript.write("stdout", second);
    assert.equal(transcript.finish().stdout, "é");
  });

  const logs: { logging: Logging | undefined; logged: string[] }[] = [
    { logging: undefined, logged: ["one", "two", "three"] },
    { logging: "stdoutAndStderr", logged: ["one", "two", "three"] },
    { logging: "stdout", logged: ["one", "three"] },
    { logging: "stderr", logged: ["two"] },
    { logging: "none", logged: [] },
  ];
  for (const { logging, logged } of logs) {
    it(`is logged line by line with logging ${logging ?? "unset"}: ${logged.join(", ") || "nothing"}`, () => {
      const result = transcribe(
        logging,
        ["stdout", "one\r\n"],
        ["stderr", "two\n"],
        ["stdout", "th"],
        ["stdout", "ree"],
      );
      assert.deepEqual(result.logged, logged);
    });
  }

  it("is logged when the command fails, too", () => {
    const logged: string[] = [];
    const transcript = new Transcript((_severity, message) => logged.push(message));
    transcript.write("stderr", Buffer.from("no newline"));
    transcript.failure("exit status 1", "x");
    assert.deepEqual(logged, ["no newline"]);
  });

  it("is in the error in the order of arrival, behind the command", () => {
    const transcript = new Transcript(() => {});
    transcript.write("stdout", Buffer.from("a\n"));
    transcript.write("stderr", Buffer.from("b\n"));
    transcript.write("stdout", Buffer.from("c\n"));
    assert.equal(transcript.failure("exit status 1", "x\ny").message, 'exit status 1: running "x\\ny":\na\nb\nc\n');
  });

  it("reaches no terminal as a control sequence, and the engine as no directive", () => {
    assert.equal(
      harmless("a\tb\n\u001b[2J\u009b31m\r\u202e<{%pwned%}> <b> é"),
      "a\tb\n\\x1b[2J\\u009b31m\\r\\u202e\\x3c{%pwned%}> <b> é",
    );
  });

  // What fmt.Printf("%q") of Go 1.26 prints.
  const quoted: [string, string][] = [
    ["plain", '"plain"'],
    ['two\nlines\tand "quotes" \\', '"two\\nlines\\tand \\"quotes\\" \\\\"'],
    ["bell\x07 vt\v nul\0 esc\x1b del\x7f", '"bell\\a vt\\v nul\\x00 esc\\x1b del\\x7f"'],
    ["é ü 漢字 😀", '"é ü 漢字 😀"'],
    ["nbsp\u00a0 zwsp\u200b", '"nbsp\\u00a0 zwsp\\u200b"'],
    ["tag\u{e0001}", '"tag\\U000e0001"'],
  ];
  for (const [text, expected] of quoted) {
    it(`names the command as Go quotes it: ${expected}`, () => assert.equal(goQuote(text), expected));
  }
});
