import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Why no user can be made up for a test here; undefined where that works. */
export function usersUnavailable(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can make up users";
  return spawnSync("unshare", ["--mount", "true"]).status === 0 ? undefined : "unshare --mount does not work here";
}

/** Users that only a test's own scripts know: their list is mounted over the machine's, in a mount namespace of theirs. */
export class Users {
  private readonly uids = new Map<string, number>();

  constructor(private readonly box: string) {
    mkdirSync(join(box, "home"));
  }

  /** A user with an empty home. */
  add(name: string): void {
    const uid = 61_234 + this.uids.size;
    this.uids.set(name, uid);
    mkdirSync(this.home(name), { mode: 0o755 });
    chownSync(this.home(name), uid, uid);
    this.list();
  }

  /** The user goes and the home stays, as userdel leaves it. */
  remove(name: string): void {
    this.uids.delete(name);
    this.list();
  }

  /** Makes somebody else's folder, or none at all, a user's home. */
  setHome(name: string, home: string): void {
    this.list({ [name]: home });
  }

  uid(name: string): number {
    return this.uids.get(name) as number;
  }

  home(name: string): string {
    return join(this.box, "home", name);
  }

  /** Writes a file in the home as the user would, with its folders. */
  write(name: string, path: string, content: string, mode = 0o600): string {
    const file = join(this.home(name), path);
    const folders: string[] = [];
    for (let folder = dirname(file); folder !== this.home(name); folder = dirname(folder)) folders.unshift(folder);
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chownSync(folder, this.uid(name), this.uid(name));
    }
    writeFileSync(file, content, { encoding: "latin1", mode });
    chownSync(file, this.uid(name), this.uid(name));
    return file;
  }

  /** The command of a shell that knows these users; what is put over other files is so for that shell alone. */
  shell(command: string[], over: Record<string, string> = {}): string[] {
    const mounts = Object.entries({ "/etc/passwd": this.passwd, ...over });
    const bind = mounts.map(([path, other]) => `mount --bind '${other}' ${path}`).join(" && ");
    const program = join(this.box, "shell");
    const text = `#!/bin/sh\nexec unshare --mount sh -c "${bind} && exec \\"\\$@\\"" sh ${command.join(" ")} "$@"\n`;
    writeFileSync(program, text, { mode: 0o755 });
    return [program];
  }

  private get passwd(): string {
    return join(this.box, "passwd");
  }

  private list(homes: Record<string, string> = {}): void {
    const entries = [...this.uids].map(
      ([name, uid]) => `${name}:x:${uid}:${uid}::${homes[name] ?? this.home(name)}:/bin/sh\n`,
    );
    writeFileSync(this.passwd, readFileSync("/etc/passwd", "utf8") + entries.join(""));
    chmodSync(this.passwd, 0o644);
  }
}
