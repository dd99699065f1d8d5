import assert from "node:assert/strict";
import fc from "fast-check";
import { type Journal, readJournal } from "../../../components/apply";
import { Refusal } from "../../../components/plan";
import { DOCUMENT, HASH, HEAD, hostWith, JOURNAL_PATH } from "../../components/apply/documents";
import { answers } from "./answers";
import { requireReason } from "./shown";
import { bytes, type Canary } from "./texts";

const MORE = [
  `file client:alice /home/alice/.ssh/config - ${HASH}`,
  "splice 0 0",
  "+# >>> ssh-keepalive client (managed by Pulumi: edits between these lines are undone; file created)",
  "+Host *.example !old.example",
  "+    ServerAliveInterval 60",
  "+# <<< ssh-keepalive client",
  `file putty:alice /home/alice/.putty/sessions/db ${HASH} ${HASH}`,
  "splice 3 17",
  "+PingIntervalSecs=30",
  "config client:alice /home/alice/.ssh/config ssh-keepalive.example",
  "former /home/alice/.putty/sessions/db PingInterval 1 -",
];
const HEAD_FIELDS = ["transaction", "state", "cause", "plan", "owner", "resource"];
const GOOD = `${HEAD}document\n${DOCUMENT.replace(/end\n$/, `${MORE.join("\n")}\nend\n`)}`;

/** A good journal in which a host put something else. */
export const journals = (hostile: fc.Arbitrary<string>): fc.Arbitrary<string> => answers(GOOD, hostile);

/** Journals of a host in which many a word is a command. */
export function keptJournals(good: string, canary: Canary): fc.Arbitrary<string> {
  const lines = good.split("\n");
  // Each word of most lines, in its turn; with all of them at once nothing would come further than the first.
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...canary.commands())), {
    minLength: 1,
    maxLength: 4,
  });
  return fc
    .tuple(fc.constantFrom(...HEAD_FIELDS), changes, fc.constantFrom(...canary.commands()))
    .map(([field, some, command]) => {
      const changed = lines.map((line) => (line.startsWith(`${field} `) ? `${field} ${command}` : line));
      for (const [which, word, text] of some) {
        const at = which % changed.length;
        const words = (changed[at] as string).split(" ");
        words[1 + (word % Math.max(1, words.length - 1))] = text;
        changed[at] = words.join(" ");
      }
      return bytes([...changed.slice(0, 2), `keeper ${command} 1`, ...changed.slice(2)].join("\n"));
    });
}

/** What a line of a document starts with; nothing else is ever sent back. */
const KNOWN =
  /^(ssh-keepalive-plan 1$|end$|(machine|owner|resource|fingerprint|journal|local|takeOver|sshd|ssh|asker|service|activation|reloadCommand|confirmTimeout|file|config|splice|expect|former) |\+( *(Client|Server)Alive(Interval|CountMax) \d+$|PingInterval(Secs)?=-?\d+$|\s*Host |\s*Match (all|final )|# (>>>|<<<) ssh-keepalive |$))/;

/** Sees that a journal is taken for lost, or that it is one in every line. */
export function judgeJournal(text: string): boolean {
  assert.ok(readJournal(hostWith(GOOD), JOURNAL_PATH), "the good one is none");
  const journal = kept(text);
  if (!journal) return false;
  const { document, owner, resource } = journal;
  assert.ok(document.length <= text.length);
  assert.doesNotMatch(document, /[^\P{Cc}\n]|\p{Cf}|<\{%/u);
  const lines = document.split("\n").slice(0, -1);
  assert.deepEqual(
    lines.filter((line) => !KNOWN.test(line)),
    [],
  );
  assert.ok(lines.includes(`owner ${owner}`) && lines.includes(`resource ${resource}`));
  return true;
}

/** A later release's is refused. */
function kept(text: string): Journal | undefined {
  try {
    return readJournal(hostWith(text), JOURNAL_PATH);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    requireReason(error.message);
    return undefined;
  }
}
