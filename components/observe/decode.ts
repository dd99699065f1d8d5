import type { z } from "zod";
import { type Observation, type ObservedFile, observation, presentUser, type UserObservation } from "./observation";

/** An answer that is not what the reading script prints. */
export class AnswerError extends Error {}

type Fields = [string, ...string[]];

/**
 * Decodes the reading script's answer, whose form `tree.sh` describes, and checks it by schema.
 *
 * @throws AnswerError if it is incomplete or not of that form.
 */
export function decode(answer: Buffer): Observation {
  const reader = new Reader(answer.toString("latin1"));
  const first = reader.fields().join(" ");
  if (first !== "ssh-keepalive-observation 1")
    throw new AnswerError(
      `it starts with "${first.slice(0, 60)}"; the login shell's start-up files must print nothing when a command is run`,
    );
  const host = new Tree();
  const found: Record<string, unknown> = {};
  const [main, programs, effective] = [{}, {}, {}] as Record<string, unknown>[];
  const unread: string[] = [];
  const users: Record<string, unknown> = Object.create(null);
  for (;;) {
    const record = reader.fields();
    const [kind, a = "", b = "", ...rest] = record;
    if (kind === "uid") found.uid = Number(a);
    else if (kind === "user-name") found.user = a;
    else if (kind === "shell" || kind === "machine" || kind === "asker") found[kind] = a;
    else if (kind === "notAsked") found.notAsked = a.slice(0, 400);
    else if (kind === "boot") found.boot = `${a} ${b}`;
    else if (kind === "main" && main) main[a] = { path: b, vendor: rest[0] === "vendor" };
    else if (kind === "program" && programs) programs[a] = { path: b, version: rest[0] ?? "" };
    else if (kind === "service") found.service = { kind: a, name: b };
    else if (kind === "unread") unread.push(a);
    else if (kind === "may-be-unread") found.mayBeUnread = true;
    else if (kind === "effective" && effective) effective[a] = { code: Number(b), output: reader.bytes(rest[0]) };
    else if (kind === "patterns") found.patterns = { code: Number(a), output: reader.bytes(b) };
    else if (kind === "no-such-user") users[a] = { state: "unusable", reason: b };
    else if (kind === "user") users[a] = decodeUser(reader.bytes(b));
    else if (kind === "end") break;
    else host.take(record, reader);
  }
  return checked(observation, { ...found, ...host.found, main, programs, effective, unread, users });
}

function checked<T>(schema: z.ZodType<T>, found: unknown): T {
  const { success, data, error } = schema.safeParse(found);
  if (success) return data;
  const issue = error.issues[0];
  throw new AnswerError(`its ${issue?.path.map(String).join(".")} ${issue?.message}`);
}

/** What a user's own processes said: it may spoil what is known of that user and nothing else. */
function decodeUser(answer: string): UserObservation {
  const reader = new Reader(answer);
  const tree = new Tree();
  const found: Record<string, unknown> = { state: "present" };
  try {
    for (;;) {
      const record = reader.fields();
      const [kind, a = "", b = ""] = record;
      if (kind === "uid") found.uid = Number(a);
      else if (kind === "home") found.home = a;
      else if (kind === "no-user") return { state: "unusable", reason: a.slice(0, 200) };
      else if (kind === "own" || kind === "effective" || kind === "patterns")
        found[kind] = { code: Number(a), output: reader.bytes(b) };
      else if (kind === "sessions") found.sessions = [];
      else if (kind === "session") (found.sessions as string[] | undefined)?.push(a);
      else if (kind === "end") return checked(presentUser, { ...found, ...tree.found });
      else tree.take(record, reader);
    }
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    const reason = `can't be read with that user's rights: ${error.message}`;
    return { state: "unusable", reason: reason.slice(0, 200) };
  }
}

/** Files, what includes them, and folders. Names come from the host: without a prototype none of them is anything already. */
class Tree {
  readonly found = {
    files: Object.create(null) as Record<string, ObservedFile>,
    includes: Object.create(null) as Record<string, string[]>,
    folders: [] as string[],
  };

  take([kind, a = "", b = "", ...rest]: Fields, reader: Reader): void {
    const { files, includes, folders } = this.found;
    if (kind === "missing") files[a] = { state: "missing", path: a };
    else if (kind === "unusable") files[a] = { state: "unusable", path: a, reason: b };
    else if (kind === "file") files[a] = presentFile(a, b, rest, reader);
    else if (kind === "sealed") files[a] = { ...files[a], sealed: true } as ObservedFile;
    else if (kind === "exposed") files[a] = { ...files[a], exposed: true } as ObservedFile;
    else if (kind === "include") includes[a] = [];
    else if (kind === "included") includes[a]?.push(b);
    else if (kind === "folder") folders.push(a);
    else throw new AnswerError("it has a record of an unknown kind");
  }
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
