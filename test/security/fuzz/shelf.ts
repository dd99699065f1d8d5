import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalHost } from "../../support/localHost";
import type { Users } from "../../support/users";
import { type FilesCase, KINDS, type Kind } from "./files";

/** Where files of a kind are, and who owns them. */
export class Shelf {
  private readonly original: Record<"server" | "client", string>;

  constructor(
    private readonly host: LocalHost,
    private readonly users: Users,
  ) {
    this.original = { server: host.read(host.sshdConfig), client: host.read(host.sshConfig) };
  }

  /** Makes these the files there are. */
  put({ kind, files }: FilesCase): void {
    this.clear();
    const { main, folder } = this.paths(kind);
    const include = `Include ${folder}/*.conf\n`;
    const content = files[""] as string;
    if (kind === "server")
      this.write(
        main,
        this.original.server.replace("\nMatch", () => `\n${content}\nMatch`),
        0,
      );
    if (kind === "client") this.write(main, include + this.original.client + content, 0);
    if (kind === "user") this.write(main, include + content, this.users.uid("alice"));
    if (kind === "putty") this.write(join(folder, "db"), `PingInterval=0\n${content}`, this.users.uid("alice"));
    for (const [name, other] of Object.entries(files).slice(1))
      this.write(`${folder}/${name}`, other, kind === "server" || kind === "client" ? 0 : this.users.uid("alice"));
  }

  /** All that is there but what is the host's own: names, kinds and bytes. */
  contents(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const folder of [this.host.file("."), this.users.home("alice")])
      for (const entry of readdirSync(folder, { recursive: true, encoding: "latin1" })) {
        const path = Buffer.from(join(folder, entry), "latin1");
        const kind = lstatSync(path);
        if (!/^(sshd\.log|journal)/.test(entry))
          found[`${folder}/${entry}`] = kind.isFile() ? readFileSync(path, "latin1") : String(kind.mode);
      }
    return found;
  }

  private clear(): void {
    this.write(this.host.sshdConfig, this.original.server, 0);
    this.write(this.host.sshConfig, this.original.client, 0);
    for (const kind of KINDS) {
      const { folder } = this.paths(kind);
      rmSync(folder, { recursive: true, force: true });
    }
    for (const folder of [".ssh", ".putty"])
      rmSync(join(this.users.home("alice"), folder), { recursive: true, force: true });
    rmSync(this.host.journal, { force: true });
    mkdirSync(this.paths("server").folder);
  }

  private paths(kind: Kind): { main: string; folder: string } {
    const home = this.users.home("alice");
    if (kind === "server") return { main: this.host.sshdConfig, folder: `${this.host.sshdConfig}.d` };
    if (kind === "client") return { main: this.host.sshConfig, folder: `${this.host.sshConfig}.d` };
    return kind === "user"
      ? { main: join(home, ".ssh", "config"), folder: join(home, ".ssh", "conf.d") }
      : { main: "", folder: join(home, ".putty", "sessions") };
  }

  private write(path: string, content: string, owner: number): void {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!existsSync(folder)) {
      const made = mkdirSync(folder, { recursive: true, mode: 0o755 }) as string;
      for (let at = folder; at.startsWith(made); at = join(at, "..")) chownSync(at, owner, owner);
    }
    const bytes = Buffer.from(path, "latin1");
    writeFileSync(bytes, content, { encoding: "latin1", mode: 0o644 });
    chownSync(bytes, owner, owner);
  }
}
