import fc from "fast-check";
import { renderBlock } from "../../../components/plan/blocks";
import { type Desired, type DesiredPart, Placement, Precedence } from "../../../components/settings";
import { desire } from "../../support/desired";
import { bytes, type Canary, hostileTexts } from "./texts";

/** Bytes as latin1 text, by the path below the folder in which the config stands. */
type Files = Record<string, string>;

/** What hosts and users have in their files, and what is wanted of them. */
export interface FilesCase {
  kind: Kind;
  files: Files;
  wanted: Desired;
}

export const KINDS = ["server", "client", "user", "putty"] as const;
export type Kind = (typeof KINDS)[number];

/** Lines that OpenSSH takes with almost anything in them, `@`. */
const LINES: Record<Kind, string[]> = {
  server: [
    "# @",
    "#@",
    'Banner "@"',
    'Match User "@"\n  Banner none',
    'Match Host "@"\n  ClientAliveInterval 7',
    "SetEnv A=@",
    "PidFile @",
    "Include @",
  ],
  client: [
    "# @",
    "#@",
    "Host @\n  Port 23",
    "User @",
    "ProxyCommand @",
    "RemoteCommand @",
    'Match host "@"\n  Port 24',
    'IdentityFile "@"',
    "Include @",
  ],
  user: [
    "# @",
    "#@",
    "Host @\n  ServerAliveInterval 7",
    "User @",
    "ProxyCommand @",
    "KnownHostsCommand @",
    'Match user "@"\n  Port 24',
    "Include @",
  ],
  putty: ["HostName=@", "RemoteCommand=@", "ProxyTelnetCommand=@", "@", "WinTitle=@", "PingInterval=@"],
};

const PARTS: Record<Kind, DesiredPart> = {
  server: { role: "server", values: { ClientAliveInterval: 45, ClientAliveCountMax: 4 } },
  client: { role: "client", values: { ServerAliveInterval: 45 } },
  user: { role: "client", user: "alice", values: { ServerAliveInterval: 45 }, hostPatterns: ["*.example"] },
  putty: { role: "putty", user: "alice", secondsBetweenKeepalives: 90, sessions: ["*"] },
};

/**
 * Files of one kind, their names and all in them made of hostile texts.
 *
 * @param dense has them where they mean something, too; most hosts are refused for that once they were read.
 */
export function filesCases(canary: Canary, dense: boolean): fc.Arbitrary<FilesCase> {
  return fc.constantFrom(...KINDS).chain((kind) => {
    const content = contents(kind, canary, dense);
    const named = fc.dictionary(fileNames(kind, canary), content, { maxKeys: dense ? 2 : 4 });
    const wanted = fc.record({
      precedence: fc.constantFrom(Precedence.Yield, Precedence.Enforce),
      placement: fc.constantFrom(Placement.Auto, Placement.Inline),
    });
    return fc.tuple(content, named, wanted).map(([main, others, over]) => ({
      kind,
      files: { "": main, ...others },
      wanted: desire({}, { parts: [PARTS[kind]], ...over }),
    }));
  });
}

function contents(kind: Kind, canary: Canary, dense: boolean): fc.Arbitrary<string> {
  const safely = hostileTexts(canary).map((text) => text.replace(/[\n\0]/g, "?"));
  // One line that OpenSSH does not take has the host refused, and nothing more is learnt.
  const comment = fc.tuple(fc.constantFrom("# ", "#", "\t# "), safely).map(([mark, text]) => mark + text);
  const line = fc.tuple(fc.constantFrom(...LINES[kind]), safely).map(([form, text]) => form.replace("@", () => text));
  const raw = hostileTexts(canary);
  const role = kind === "server" ? "server" : "client";
  // As if somebody had moved ours there.
  const ours = fc.constant(
    renderBlock(role, [role === "server" ? "ClientAliveInterval 9" : "Host *\n    ServerAliveInterval 9"]).join("\n"),
  );
  const putty = fc
    .tuple(fc.constantFrom(...LINES.putty.slice(0, 4)), safely)
    .map(([form, text]) => form.replace("@", () => text));
  const usual = kind === "putty" ? putty : comment;
  const some = fc.oneof(
    { weight: dense ? 1 : 80, arbitrary: usual },
    { weight: dense ? 20 : 3, arbitrary: line },
    { weight: 1, arbitrary: raw },
    ...(kind === "putty" ? [] : [{ weight: 3, arbitrary: ours }]),
  );
  return fc
    .tuple(fc.array(some, { minLength: 1, maxLength: dense ? 16 : 8 }), fc.constantFrom("\n", "\n", "\n", "\r\n", ""))
    .map(([lines, end]) => bytes(lines.join("\n") + end));
}

/** Names with all in them that a name can have. Those of config files are ones that are read. */
function fileNames(kind: Kind, canary: Canary): fc.Arbitrary<string> {
  // A control character has the host refused, and nothing more is learnt.
  const never = fc.constantFrom(/[/\0]/g, ...Array<RegExp>(6).fill(/[/\p{Cc}]/gu));
  // A command in a name has no slash, so that it makes its file wherever its shell stands.
  return fc
    .tuple(hostileTexts(canary, canary.name), never)
    .map(([text, not]) => `${bytes(text.replace(not, "_")).slice(0, 200)}${kind === "putty" ? "" : ".conf"}`)
    .filter((name) => !/^\.{0,2}$/.test(name));
}
