import { type Observation, type ObservedFile, observation } from "./observation";

/** An answer that is not what the reading script prints. */
export class AnswerError extends Error {}

type Fields = [string, ...string[]];

/**
 * Decodes the reading script's answer, whose form `read.sh` describes, and checks it by schema.
 *
 * @throws AnswerError if it is incomplete or not of that form.
 */
export function decode(answer: Buffer): Observation {
  // Names come from the host: without a prototype none of them is anything already.
  const files: Record<string, ObservedFile> = Object.create(null);
  const includes: Record<string, string[]> = Object.create(null);
  const found: Record<string, unknown> = { files, includes };
  const programs: Record<string, unknown> = {};
  const effective: Record<string, unknown> = {};
  let ended = false;
  const reader = new Reader(answer.toString("latin1"));
  const first = reader.fields().join(" ");
  if (first !== "ssh-keepalive-observation 1")
    throw new AnswerError(
      `it starts with "${first.slice(0, 60)}"; the login shell's start-up files must print nothing when a command is run`,
    );
  while (!ended) {
    const [kind, a = "", b = "", ...rest] = reader.fields();
    if (kind === "uid") found.uid = Number(a);
    else if (kind === "shell" || kind === "machine") found[kind] = a;
    else if (kind === "boot") found.boot = `${a} ${b}`;
    else if (kind === "missing") files[a] = { state: "missing", path: a };
    else if (kind === "unusable") files[a] = { state: "unusable", path: a, reason: b };
    else if (kind === "file") files[a] = presentFile(a, b, rest, reader);
    else if (kind === "sealed") files[a] = { ...files[a], sealed: true } as ObservedFile;
    else if (kind === "include") includes[a] = [];
    else if (kind === "included") includes[a]?.push(b);
    else if (kind === "program") programs[a] = { path: b, version: rest[0] ?? "" };
    else if (kind === "service") found.service = { kind: a, name: b };
    else if (kind === "effective") effective[a] = { code: Number(b), output: reader.bytes(rest[0]) };
    else if (kind === "end") ended = true;
    else throw new AnswerError("it has a record of an unknown kind");
  }
  const checked = observation.safeParse({ ...found, programs, effective });
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new AnswerError(`its ${issue?.path.map(String).join(".")} ${issue?.message}`);
}

function presentFile(path: string, realPath: string, rest: string[], reader: Reader): ObservedFile {
  const [mode = "", owner = "", group = "", changed = "", length] = rest;
  return { state: "present", path, realPath, mode, owner, group, changed, content: reader.bytes(length) };
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  fields(): Fields {
    const end = this.text.indexOf("\n", this.at);
    if (end < 0) throw new AnswerError("it ends too early");
    const fields = this.text.slice(this.at, end).split("\t");
    this.at = end + 1;
    return fields as Fields;
  }

  bytes(length = ""): string {
    if (!/^\d+$/.test(length)) throw new AnswerError("it has a blob without a length");
    const end = this.at + Number(length);
    const content = this.text.slice(this.at, end);
    if (this.text[end] !== "\n") throw new AnswerError("a file changed while it was read; run it again");
    this.at = end + 1;
    return content;
  }
}
