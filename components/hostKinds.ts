import {
  type ApplyResult,
  commands,
  type Journal,
  type PlanDocument,
  planDocument,
  readJournal,
  readResult,
  readWindowsResult,
  type Sender,
  WINDOWS_COMMANDS,
  windowsDocument,
} from "./apply";
import { DEFAULT_PATHS, JOURNAL_KEY, type Observation, type PresentFile, type WindowsObservation } from "./observe";
import { isChanged, type Plan, plan, planWindows, Refusal } from "./plan";
import { Activation, BecomeMethod, type Desired, type ResolvedHost } from "./settings";
import { type RemoteTarget, rootStdin, runAfresh, type Target, whyNoLogin } from "./target";
import type { Confirmation } from "./verify";

/** What is to become of a host, and how it is told to do so. */
export interface Actions {
  plan: Plan;
  document: PlanDocument;
  /** What runs there; the document is its stdin. */
  commands: Record<"create" | "update" | "delete", string>;
  readResult(stdout: string): ApplyResult;
  /** How a host that asks for it is told, over a fresh login, that such a login gets in. */
  confirmation?: Confirmation;
  /** Whether a resource has to be deleted before another one takes its place. */
  deleteBeforeReplace: boolean;
}

/** What hosts of a kind do in their own way. */
export interface HostKind {
  /** Where the host keeps what was changed. */
  journalPath: string;
  journal?: Pick<Journal, "owner" | "resource">;
  /** Confirms over a fresh login what a run before this one changed and did not confirm itself, where there is such. */
  confirmFormer?(): Promise<void>;
  act(sender: Sender): Promise<Actions>;
}

/** @throws Refusal */
export function unixHost(host: ResolvedHost, target: Target, observation: Observation, desired: Desired): HostKind {
  // Such a shell takes the lines of a quoted script for commands of its own.
  if (target.kind === "remote" && /\/t?csh$/.test(observation.shell))
    throw new Refusal(
      `${target.user}'s login shell there is ${observation.shell}; log in as a user with sh, bash, zsh, ksh or fish`,
    );
  const journalPath = host.paths?.journal ?? DEFAULT_PATHS.journal;
  const kept = observation.files[journalPath];
  if (kept?.state === "unusable")
    throw new Refusal(
      `${journalPath}, where this host keeps what was changed, ${kept.reason}; move it away or name another in paths`,
    );
  if (kept?.state === "present" && isOthers(kept, observation.uid))
    throw new Refusal(
      `${journalPath}, where this host keeps what was changed, could have been written by others; see that nobody but ` +
        "root can write it (chown root, chmod 600), or name another in paths",
    );
  const journal = readJournal(observation, journalPath);
  return {
    journalPath,
    journal: journal?.state === "undone" ? undefined : journal,
    confirmFormer: async () => {
      if (journal?.state !== "unconfirmed" || target.kind !== "remote") return;
      const { confirm } = await commands(target.become);
      // Where that comes too late the host goes back or has gone back, and what is sent then finds it so.
      await confirmed(target, confirm, journal.document);
    },
    act: async (sender) => {
      const planned = plan(desired, observation, journal?.former ?? []);
      await requireLogin(target, observation, planned, desired, journal);
      const document = planDocument(planned, observation, journal, journalPath, sender, desired.activating);
      const { confirm, ...ofResource } = await commands(target.become);
      return {
        plan: planned,
        document,
        commands: ofResource,
        readResult,
        confirmation:
          target.kind === "remote"
            ? {
                seconds: desired.activating.confirmTimeout,
                send: () => confirmed(target, confirm, document.text),
              }
            : undefined,
        deleteBeforeReplace: false,
      };
    },
  };
}

async function confirmed(target: RemoteTarget, confirm: string, document: string): Promise<ApplyResult> {
  return readResult(await runAfresh(target, confirm, rootStdin(target.become, document)));
}

/** Whether others than root, or who reads the host, can write a file: what a journal says is sent back and done as root. */
function isOthers({ owner, group, mode }: PresentFile, uid: number): boolean {
  const [ofGroup = 0, ofAll = 0] = [...mode.padStart(3, "0").slice(-2)].map(Number);
  const writable = (bits: number) => (bits & 2) !== 0;
  return !["0", String(uid)].includes(owner) || writable(ofAll) || (writable(ofGroup) && group !== "0");
}

/**
 * Our reload would bring into force as well what others wrote and sshd has not read yet: nobody could take that back.
 *
 * @throws Refusal where it would let nobody in.
 */
async function requireLogin(
  target: Target,
  { unread, mayBeUnread, programs, main, service }: Observation,
  { parts }: Plan,
  { activating }: Desired,
  journal: Journal | undefined,
): Promise<void> {
  const server = parts.find(({ role }) => role === "server");
  // A change that sshd was not told of, for whatever reason, is told now.
  const isDue = journal !== undefined && (journal.state !== "applied" || /^activation none$/m.test(journal.document));
  const reloads = server !== undefined && (isChanged(server) || isDue);
  if (target.kind === "local" || !reloads || !programs.sshd) return;
  if (activating.activation === Activation.None || (unread.length === 0 && !mayBeUnread)) return;
  const why = await whyNoLogin(target, {
    sshd: programs.sshd.path,
    config: main.server.path,
    changed: unread.length > 0,
    listens: service?.kind !== "triggered" && !service?.name.endsWith(".socket"),
  });
  if (why === undefined) return;
  const what =
    unread.length > 0
      ? `${unread.join(", ")} was changed and sshd has not read it since`
      : "sshd may not have read its files since they changed: a folder of them did, or it writes no pid file (PidFile)";
  throw new Refusal(
    `${what}; ${why}, and a reload brings it into force. Mend that first, or reload sshd there by yourself; nothing was touched`,
  );
}

/** @throws Refusal */
export function windowsHost(target: Target, observation: WindowsObservation, desired: Desired): HostKind {
  if (target.become && target.become.method !== BecomeMethod.None)
    throw new Refusal(
      `it is a Windows host, where ${target.become.method} is of no use: PuTTY's sessions are the login user's own; give ` +
        "this host become: { method: none }",
    );
  return {
    journalPath: JOURNAL_KEY,
    journal: observation.journal,
    act: async (sender) => {
      const planned = planWindows(desired, observation, target.user);
      return {
        plan: planned,
        document: windowsDocument(planned, observation, sender),
        commands: WINDOWS_COMMANDS,
        readResult: (stdout) => readWindowsResult(stdout, planned),
        // Nothing there tells the undo of a resource that was replaced from that of one that goes.
        deleteBeforeReplace: true,
      };
    },
  };
}
