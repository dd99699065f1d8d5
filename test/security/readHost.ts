import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { UserObservation } from "../../components/observe";
import { decode } from "../../components/observe/decode";
import { script } from "../../components/observe/observe";
import type { DesiredPart } from "../../components/settings";
import { desire } from "../support/desired";
import { LocalHost } from "../support/localHost";
import type { Users } from "../support/users";

/** What is wanted of a user. */
export function client(user: string): DesiredPart {
  return { role: "client", user, values: { ServerAliveInterval: 60 } };
}

/** What a host says of alice, who is hostile, and of bob, who is not. */
export interface Answer {
  answer: Buffer;
  seconds: number;
  alice?: UserObservation;
  bob?: UserObservation;
}

/** A host with a hostile user. */
export class HostOfAlice {
  private constructor(
    readonly host: LocalHost,
    readonly users: Users,
    private readonly shell: string[],
  ) {}

  /** @param over what is put over files of the machine, for the scripts alone. */
  static async start(command: string[], over: Record<string, string> = {}): Promise<HostOfAlice> {
    const { host, users } = await LocalHost.withUsers(["alice", "bob"], command, over);
    return new HostOfAlice(host, users, users.shell(command, over));
  }

  /** Reads both users, however much that is. */
  async read(): Promise<Answer> {
    const { sshdConfig, sshConfig, journal } = this.host;
    const desired = desire({}, { parts: [client("alice"), client("bob")] });
    const input = await script({ paths: { sshdConfig, sshConfig, journal } }, desired);
    const [program = "", ...args] = [...this.shell, "-s"];
    const started = performance.now();
    const { stdout, stderr, status } = spawnSync(program, args, { input, maxBuffer: 32 << 20 });
    const seconds = (performance.now() - started) / 1000;
    assert.equal(status, 0, stderr.toString());
    return { answer: stdout, seconds, ...decode(stdout).users };
  }
}
