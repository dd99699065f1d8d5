import { effectiveValues } from "../../../../components/observe";
import { KEYWORDS, matchesPatterns, type Values } from "../../../../components/settings";
import type { Oracle, User } from "./oracle";
import type { Scope } from "./scopes";

/** Whom OpenSSH is asked about. */
export interface Question {
  by: User;
  command: string[];
  /** Of a client. */
  host?: string;
}

/** What is in force for somebody. */
export interface InForce {
  /** Of the role's keywords. */
  values: Values;
  /** All the rest of the answer. */
  rest: string;
}

const HOSTS = ["a.example", "b.example", "c.other", "x.nowhere", "ssh-keepalive.invalid"];
const LOGINS = [
  "user=alice,host=h.example,addr=10.0.0.1",
  "user=backup,host=h.other,addr=10.0.0.1",
  "user=backup,host=h.example,addr=192.0.2.7",
  "user=bob,host=h.other,addr=192.0.2.7",
  "user=root,host=h.other,addr=10.0.0.1",
  "user=no-such-user,host=h.other,addr=10.0.0.1",
];

const sshd = (...more: string[]) => ["/usr/sbin/sshd", "-T", ...more];

export const QUESTIONS: Record<Scope, Question[]> = {
  server: [sshd(), ...LOGINS.map((login) => sshd("-C", login))].map((command) => ({ by: "root", command })),
  client: ["root" as const, "alice" as const].flatMap((by) => [...hosts(by), ...hosts(by, "somebody").slice(0, 2)]),
  user: [...hosts("alice"), ...hosts("alice", "somebody").slice(0, 2), ...hosts("bob").slice(0, 1)],
};

function hosts(by: User, login?: string): Question[] {
  return HOSTS.map((host) => ({ by, command: ["ssh", "-G", ...(login ? ["-l", login] : []), "--", host], host }));
}

/** Whether somebody's question is about a host that patterns are for, asked by one whom the settings are for. */
export function isAbout({ by, host }: Question, scope: Scope, hostPatterns: string[] = ["*"]): boolean {
  if (host === undefined) return true;
  return (scope !== "user" || by === "alice") && matchesPatterns(hostPatterns, host);
}

/** Asks all that there is to ask. */
export async function askAll(oracle: Oracle, scope: Scope): Promise<InForce[]> {
  const role = scope === "server" ? "server" : "client";
  const answers = await Promise.all(
    QUESTIONS[scope].map(async ({ by, command }) => ({ command, answer: (await oracle.ask(by, [command]))[0] })),
  );
  return answers.map(({ command, answer }) => {
    if (answer?.code !== 0) throw new Error(`${command.join(" ")} ends with ${answer?.code}: ${answer?.output}`);
    const all = effectiveValues(answer.output);
    const keywords = KEYWORDS[role].map(({ keyword }) => keyword);
    const values = keywords.map((keyword) => [keyword, Number(all.get(keyword.toLowerCase()))]);
    const isOurs = (line: string) => keywords.some((keyword) => line.startsWith(`${keyword.toLowerCase()} `));
    const rest = answer.output.split("\n").filter((line) => !isOurs(line));
    return { values: Object.fromEntries(values), rest: rest.join("\n") };
  });
}
