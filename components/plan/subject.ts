import type { Observation, ObservedFile, PresentUser, Verdict } from "../observe";
import { type Activating, type Activation, type OpenSshRole, type Part, probeHost } from "../settings";
import type { Config } from "./configTree";
import type { Asked } from "./effective";
import { Refusal } from "./refusal";

/** A part of a host whose values OpenSSH has, and all that was observed of it. */
export interface Subject extends Part {
  role: OpenSshRole;
  config: Config;
  /** What is in force. */
  asked: Asked;
  /** What a user's own config says by itself; absent where there is none. */
  alone?: Asked;
  /** Whether ssh takes the patterns of the settings, where there are any. */
  patterns?: Verdict;
  /** Whether the main file is a vendor's, which its next update would write over. */
  vendor: boolean;
  mainFile?: ObservedFile;
  /** How sshd is told of a changed file. */
  service?: string;
  activation?: Activation;
}

const SYSTEM = "/etc/ssh";
const SYSTEM_CLIENT = `${SYSTEM}/ssh_config`;

export function systemSubject(
  role: OpenSshRole,
  observation: Observation,
  { activation, reloadCommand }: Activating,
  hostPatterns?: string[],
): Subject {
  const { path, vendor } = observation.main[role];
  const mainFile = observation.files[path];
  const { service, asker } = observation;
  const program = observation.programs[role === "server" ? "sshd" : "ssh"];
  const named = role === "client" && (asker === undefined || path !== SYSTEM_CLIENT);
  return {
    role,
    config: { ...systemConfig(role, observation, hostPatterns), named },
    asked: {
      role,
      path,
      marked: isMarked(mainFile),
      program,
      uid: observation.uid,
      seconds: 30,
      verdict: observation.effective[role],
      notAsked: role === "client" ? observation.notAsked : undefined,
    },
    patterns: role === "client" ? observation.patterns : undefined,
    vendor,
    mainFile,
    service: reloadCommand === undefined ? service?.kind : "told by the user",
    activation,
  };
}

export function userSubject(
  user: string,
  seen: PresentUser,
  observation: Observation,
  hostPatterns?: string[],
): Subject {
  const role = "client";
  const main = `${seen.home}/.ssh/config`;
  const mainFile = seen.files[main];
  const program = observation.programs.ssh;
  const about = { role, path: main, marked: isMarked(mainFile), program, uid: seen.uid, seconds: 8 } as const;
  return {
    role,
    user,
    config: {
      role,
      version: program?.version ?? "",
      main,
      base: `${seen.home}/.ssh`,
      home: seen.home,
      probe: probeOf(hostPatterns),
      tree: seen,
      system: readAfterUsers(observation) ? systemConfig(role, observation, hostPatterns) : undefined,
    },
    asked: { ...about, verdict: seen.effective },
    alone: seen.own && { ...about, verdict: seen.own },
    patterns: seen.patterns,
    vendor: false,
    mainFile,
  };
}

function systemConfig(role: OpenSshRole, observation: Observation, hostPatterns?: string[]): Config {
  const version = observation.programs[role === "server" ? "sshd" : "ssh"]?.version ?? "";
  const { path: main } = observation.main[role];
  return { role, version, main, base: SYSTEM, probe: probeOf(hostPatterns), tree: observation };
}

/** Another file that the settings name is read by no ssh that a user runs plainly. */
function readAfterUsers({ main: { client } }: Observation): boolean {
  return client.path === SYSTEM_CLIENT || client.vendor;
}

/** @throws Refusal where the patterns of the settings leave no host. */
function probeOf(hostPatterns: string[] | undefined): string {
  const probe = probeHost(hostPatterns);
  if (probe !== undefined) return probe;
  throw new Refusal(
    `hostPatterns ${hostPatterns?.join(" ")} are for no host: they take one that is not negated (as *), and whose hosts no other negates`,
  );
}

function isMarked(file: ObservedFile | undefined): boolean {
  return file?.state === "present" && file.content.startsWith("\xef\xbb\xbf");
}
