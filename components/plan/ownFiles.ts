import type { ObservedTree, PresentFile } from "../observe";
import type { OpenSshRole } from "../settings";
import { findOwnLines, Note, type OwnLines, withoutRanges } from "./blocks";
import type { Config } from "./configTree";

/** A file with lines of ours. */
export interface OwnFile {
  file: PresentFile;
  own: OwnLines;
  /** The file as it would be without us. */
  rest: string;
  /** Whether it then goes, as we made it and nobody else has anything in it. */
  goes: boolean;
}

/** A config as it would be without us. */
export interface BareConfig extends Config {
  /** How files that stay came to be, which later lines of ours have to say again. */
  notes: Map<string, Note[]>;
}

/** The files of a tree that have lines of ours for a role. One that has several paths is named by the first. */
export function ownFilesIn(tree: ObservedTree, role: OpenSshRole): OwnFile[] {
  const marker = new RegExp(
    `^# (>>> ssh-keepalive ${role} \\(managed by Pulumi: |<<< ssh-keepalive ${role}\\r?$)`,
    "m",
  );
  const found = new Map<string, OwnFile>();
  for (const file of Object.values(tree.files)) {
    if (file.state !== "present" || found.has(file.realPath) || !marker.test(file.content)) continue;
    const own = findOwnLines(file.content);
    const rest = withoutRanges(file.content, own.ranges);
    found.set(file.realPath, { file, own, rest, goes: rest === "" && own.notes.includes(Note.FileCreated) });
  }
  return [...found.values()];
}

export function withoutOwn(config: Config, own: OwnFile[]): BareConfig {
  const files = { ...config.tree.files };
  const notes = new Map<string, Note[]>();
  const gone = new Set<string>();
  const folders = new Set(config.tree.folders);
  for (const { file, own: lines, rest, goes } of own) {
    const { path } = file;
    const made = lines.notes.filter((note) => note !== Note.NewlineAdded);
    if (goes) {
      files[path] = { state: "missing", path };
      gone.add(path);
      if (made.includes(Note.FolderCreated)) folders.delete(path.slice(0, path.lastIndexOf("/")));
    } else {
      files[path] = { ...file, content: rest };
      if (made.length > 0) notes.set(path, made);
    }
  }
  const includes = Object.fromEntries(
    Object.entries(config.tree.includes).map(([pattern, paths]) => [pattern, paths.filter((path) => !gone.has(path))]),
  );
  return { ...config, notes, tree: { files, includes, folders: [...folders] } };
}
