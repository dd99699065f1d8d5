import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../hosts";
import { exec } from "../hosts/exec";
import { linkName } from "../hosts/link";

/** A server as its clients reach it. */
export interface Server {
  host: Host;
  address: string;
}

/** How the client program of a session ended. */
export interface End {
  code: number | null;
  /** As in `Date.now()`. */
  at: number;
}

/** Where a user's saved PuTTY sessions are on a host. */
export const SAVED_SESSIONS = "/home/deploy/.putty/sessions";

/** deploy's shell in a terminal on a server, held by a real client program. */
export class Session {
  /** All that the client program has printed. */
  shown = "";
  /** Set once the client program is gone. */
  end?: End;
  /** The process of its sshd, on the server. */
  sshd = 0;
  /** When it was used last, as in `Date.now()`. */
  usedAt = 0;
  private questions = 0;

  private constructor(private readonly client: ChildProcessWithoutNullStreams) {
    const take = (chunk: Buffer) => {
      this.shown += chunk;
    };
    client.stdout.on("data", take);
    client.stderr.on("data", take);
    client.once("close", (code) => {
      this.end = { code, at: Date.now() };
    });
    // Typing into a session that is over is no fault of the test: `end` tells of it.
    client.stdin.on("error", () => {});
  }

  /** As deploy types `ssh <server>` on the client host: its own ssh with its own configuration. */
  static async ssh(client: Host, server: Server): Promise<Session> {
    // Files of its own, as several sessions may be opened at once.
    const write = async (kind: string, input: string) => {
      const file = `~/.ssh/${kind}-${server.address}`;
      const { code, stderr } = await client.run(`umask 077; cat >${file}`, { user: "deploy", input });
      if (code !== 0) throw new Error(`${client.name}: ${file} cannot be written: ${stderr}`);
      return file;
    };
    const key = await write("key", client.privateKey);
    const knownHosts = await write("known_hosts", `${server.address} ${server.host.hostKey}\n`);
    const command = `ssh -tt -i ${key} -o UserKnownHostsFile=${knownHosts} ${server.address}`;
    return new Session(client.start(command, "deploy")).opened();
  }

  /**
   * As deploy types `plink -load <name>` on the client host. The hosts have no PuTTY, so it is the machine's plink, in the
   * host's network and with a home that holds the saved session as it is on the host at that moment.
   */
  static async plink(client: Host, server: Server, name: string): Promise<Session> {
    const home = mkdtempSync(join(tmpdir(), "ssh-keepalive-wire-"));
    try {
      const sessions = join(home, ".putty", "sessions");
      mkdirSync(sessions, { recursive: true });
      writeFileSync(join(sessions, name), await client.read(`${SAVED_SESSIONS}/${name}`));
      writeFileSync(join(home, "key"), client.privateKey, { mode: 0o600 });
      await exec(["puttygen", join(home, "key"), "-O", "private", "-o", join(home, "key.ppk")]);
      const trust = ["-batch", "-hostkey", server.host.hostKey.split(" ")[1] as string, "-i", join(home, "key.ppk")];
      const argv = [`--net=/run/netns/${linkName(client.number)}`, "plink", ...trust, "-load", name];
      return await new Session(spawn("nsenter", argv, { env: { ...process.env, HOME: home } })).opened();
    } finally {
      rmSync(home, { recursive: true });
    }
  }

  /** Types a question for the server's shell; resolves to its answer, the id of its sshd's process, if that comes in time. */
  async ask(seconds = 5): Promise<number | undefined> {
    const question = ++this.questions;
    // A terminal shows what is typed, too, but with the variable's name where the answer has its value.
    this.client.stdin.write(`echo answer:${question}:$PPID\n`);
    const answer = await this.shows(new RegExp(`answer:${question}:(\\d+)`), seconds);
    this.usedAt = Date.now();
    return answer && Number(answer[1]);
  }

  /** What the client program prints that matches, if it does so in time. */
  async shows(text: RegExp, seconds = 5): Promise<RegExpExecArray | undefined> {
    const limit = Date.now() + seconds * 1000;
    for (;;) {
      const found = text.exec(this.shown);
      if (found) return found;
      if (this.end !== undefined || Date.now() > limit) return undefined;
      await sleep(20);
    }
  }

  /** Resolves once the client program is gone. */
  async ended(seconds: number): Promise<End> {
    const limit = Date.now() + seconds * 1000;
    while (this.end === undefined) {
      if (Date.now() > limit) throw new Error(`The session is still open after ${seconds} s:\n${this.shown}`);
      await sleep(20);
    }
    return this.end;
  }

  /** Hangs up, if it is still open. */
  close(): void {
    this.client.kill();
  }

  private async opened(): Promise<this> {
    const sshd = await this.ask(20);
    if (sshd === undefined) {
      this.close();
      throw new Error(`The session does not open:\n${this.shown}`);
    }
    this.sshd = sshd;
    return this;
  }
}
