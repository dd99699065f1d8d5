import fc from "fast-check";
import { bytes } from "./texts";

const SSHD = "clientaliveinterval 0\nclientalivecountmax 3\ntcpkeepalive yes\npidfile /run/sshd.pid";
const SSH = "serveraliveinterval 0\nserveralivecountmax 3\ntcpkeepalive yes";
const blob = (...fields: string[]) => {
  const text = fields.pop() as string;
  return `${[...fields, text.length].join("\t")}\n${text}\n`;
};
const file = (path: string, text: string) => blob("file", path, path, "644", "0", "0", "17", text);
const OURS = "# >>> ssh-keepalive server (managed by Pulumi: x)\nClientAliveInterval 5\n# <<< ssh-keepalive server\n";
const ALICE = [
  "uid\t1000\nhome\t/home/alice\nfolder\t/home/alice/.ssh\n",
  file("/home/alice/.ssh/config", "Host *\n"),
  blob("own", "0", SSH),
  blob("effective", "0", SSH),
  "sessions\nsession\t/home/alice/.putty/sessions/db\n",
  file("/home/alice/.putty/sessions/db", "PingInterval=0\n"),
  "end\n",
].join("");

/** What a host answers that is as it should be. */
export const ANSWER = [
  "ssh-keepalive-observation\t1\nuid\t0\nuser-name\troot\nshell\t/bin/bash\nmachine\t0123abcd\nboot\tb00t\t7\n",
  "main\tserver\t/etc/ssh/sshd_config\town\nmain\tclient\t/etc/ssh/ssh_config\town\n",
  file("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n"),
  "include\t/etc/ssh/sshd_config.d/*.conf\nfolder\t/etc/ssh/sshd_config.d\n",
  "included\t/etc/ssh/sshd_config.d/*.conf\t/etc/ssh/sshd_config.d/a.conf\n",
  file("/etc/ssh/sshd_config.d/a.conf", OURS),
  file("/etc/ssh/ssh_config", "Host *\n    HashKnownHosts yes\n"),
  "program\tsshd\t/usr/sbin/sshd\tOpenSSH_9.2p1\n",
  blob("effective", "server", "0", SSHD),
  "service\tsystemd\tssh.service\nprogram\tssh\t/usr/bin/ssh\tOpenSSH_9.2p1\n",
  blob("effective", "client", "0", SSH),
  blob("user", "alice", ALICE),
  "no-such-user\tbob\tis no user there\nend\n",
].join("");

const RESULT =
  "ssh-keepalive-result 1\nstatus changed\ncause no space\neffective server clientaliveinterval 60\n" +
  "effective client:alice serveraliveinterval 60\nend";

const [HKCU, HKLM] = ["HKEY_CURRENT_USER\\Software", "HKEY_LOCAL_MACHINE\\SOFTWARE"];
const SESSIONS = `${HKCU}\\SimonTatham\\PuTTY\\Sessions`;
const REGISTRY: [section: string, status: number, ...lines: string[]][] = [
  ["machine", 0, `${HKLM}\\Microsoft\\Cryptography`, "    MachineGuid    REG_SZ    D3AB7373-8D1A-49C6"],
  ["boots", 0, "HKEY_LOCAL_MACHINE\\SYSTEM\\x", "    BootId    REG_DWORD    0x2a"],
  ["shutdown", 1],
  ["software", 0, `${HKCU}\\Microsoft`, `${HKCU}\\SimonTatham`],
  ["vendor", 0, `${HKCU}\\SimonTatham\\PuTTY`],
  ["putty", 0, SESSIONS],
  ["sessions", 0, `${SESSIONS}\\db`],
  ["minutes", 0, `${SESSIONS}\\db`, "    PingInterval    REG_DWORD    0x5"],
  ["seconds", 0, `${SESSIONS}\\db`, "    PingIntervalSecs    REG_DWORD    0x1E"],
  ["journal", 1],
];

/** What a Windows host answers that is as it should be. */
export const WINDOWS = [
  ...REGISTRY.flatMap(([section, status, ...lines]) => [`#${section}`, ...lines, `#status ${status}`]),
  "#end",
  "",
].join("\r\n");

/** Answers that a host gives that would do harm: good ones with something else in them, cut off, or all made up. */
export function answers(good: string, hostile: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const text = hostile.map(bytes);
  const fields = fc.constantFrom(
    "__proto__",
    "constructor",
    "",
    "-1",
    "0",
    "1e9",
    "99999999999999999999",
    "0x10",
    "\x1b[2J",
    "/etc/shadow",
    "y".repeat(5000),
  );
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    take: fc.constantFrom(0, 0, 1, 5, 100),
    put: fc.oneof(text, fields),
  });
  const changed = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => edits.reduce(edited, good));
  // Whole fields and whole lines: what is left has the right form more often.
  const field = fc
    .tuple(fc.nat(), fc.oneof(text, fields))
    .map(([which, put]) => replaced(good, /[^\t\n\r ]+/g, which, put.replace(/[\t\n]/g, "?")));
  const line = fc.tuple(fc.nat(), fc.nat()).map(([from, to]) => {
    const lines = good.split("\n");
    lines.splice(to % lines.length, 0, lines[from % lines.length] as string);
    return lines.join("\n");
  });
  const bounded = fc.double({ min: 0, max: 1, noNaN: true }).map((part) => good.slice(0, part * good.length));
  const any = fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data).toString("latin1"));
  return fc.oneof({ weight: 4, arbitrary: field }, { weight: 3, arbitrary: changed }, line, bounded, any);
}

function edited(text: string, { at, take, put }: { at: number; take: number; put: string }): string {
  const from = Math.floor(at * text.length);
  return text.slice(0, from) + put + text.slice(from + take);
}

function replaced(text: string, words: RegExp, which: number, put: string): string {
  const all = [...text.matchAll(words)];
  const { index, 0: word } = all[which % all.length] as RegExpExecArray;
  return text.slice(0, index) + put + text.slice(index + word.length);
}

export const hostAnswers = (hostile: fc.Arbitrary<string>) => answers(ANSWER, hostile);
export const results = (hostile: fc.Arbitrary<string>) =>
  fc.oneof(answers(RESULT, hostile), answers(RESULT.replace("changed", "failed"), hostile));
export const windowsAnswers = (hostile: fc.Arbitrary<string>) => answers(WINDOWS, hostile);
