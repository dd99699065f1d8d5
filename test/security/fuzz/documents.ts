import { readJournal } from "../../../components/apply";
import { DOCUMENT, hostWith, JOURNAL_PATH } from "../../components/apply/documents";
import { bytes } from "./texts";

/** Every line that a plan document can have. Names stand in it as they are, and nothing else is free. */
const LINE =
  /^(ssh-keepalive-plan 1|nothing|end|(machine|fingerprint) [0-9a-f]{64}|(owner|resource) .+|(local|takeOver) yes|(journal|sshd|ssh) \/\S*|asker [a-z]+|service [a-z]+ [A-Za-z0-9._+@/-]+|activation (restart|none)|reloadCommand [ -~]+|confirmTimeout \d+|file \S+ \/\S* ([0-9a-f]{64}|-) ([0-9a-f]{64}|-)|source ([0-9a-f]{64}|-) \/[ -~]*|include \/[ -~]*|splice \d+ \d+|config \S+ \/\S* \S+|expect \S+ [a-z]+ \d+|former \/\S* PingInterval(Secs)? \d+ (-|-?\d+)|\+.*)$/;
/** Every line that goes into a file of somebody's. */
const WRITTEN =
  /^\+( *(Client|Server)Alive(Interval|CountMax) \d+|PingInterval(Secs)?=-?\d+|Host( !?[^\s`$\\;&|<>(){}']+)+|Match (all|final (all|originalhost [^\s`$\\;&|<>(){}']+))|# (>>>|<<<) ssh-keepalive (server|client)( \(managed by Pulumi: [a-z ;]+\))?|)$/;

/** Sees that a plan document is nothing but what one can be: by its lines here, and by what a run takes back from a journal. */
export function requireGrammar(text: string): void {
  const lines = text.split("\n");
  const odd = lines.slice(0, -1).find((line) => !LINE.test(line) || (line.startsWith("+") && !WRITTEN.test(line)));
  if (odd !== undefined || lines.at(-1) !== "") throw new Error(`a plan document has the line ${JSON.stringify(odd)}`);
  if (/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|<\{%/u.test(text))
    throw new Error(`a plan document is not for showing: ${JSON.stringify(text)}`);
  if (lines.includes("nothing")) return;
  const [owner, resource] = ["owner", "resource"].map((name) => lines.find((line) => line.startsWith(`${name} `)));
  const head = `ssh-keepalive-journal 1\ntransaction 1\nstate applied\nplan p\n${owner}\n${resource}\n`;
  const kept = readJournal(hostWith(bytes(`${head}document\n${text}`)), JOURNAL_PATH);
  if (kept?.document !== text)
    throw new Error(`a plan document is not taken back from a journal: ${JSON.stringify(text)}`);
}

/** A document that is taken. */
export const EXAMPLE = DOCUMENT;
