import { KEYWORDS, type OpenSshRole, partOf, type Values } from "../settings";

/** What a host's script says that it did. */
export interface ApplyResult {
  /** `unconfirmed`: it is done, and the host goes back by itself unless a fresh login confirms it. */
  status: "changed" | "unchanged" | "unconfirmed" | "failed";
  /** Why, where the status is `failed`. */
  cause?: string;
  /** By part id: effective values afterwards, as OpenSSH reports them. */
  effective: Record<string, Values>;
}

/** `effective client:alice serveraliveinterval 60` */
const EFFECTIVE = /^effective ((?:server|client)(?::[A-Za-z0-9_.@\\$-]+)?) ([a-z]+) (\d{1,10})$/;

/** As much as the script itself tells. */
export const LONGEST_CAUSE = 400;

/** Reads the apply script's answer, from which no more is taken than what it can rightly hold. */
export function readResult(stdout: string): ApplyResult {
  const lines = stdout.split("\n");
  const field = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  const status = field("status");
  if (lines[0] !== "ssh-keepalive-result 1" || lines.at(-1) !== "end")
    return { status: "failed", cause: "the host's answer is incomplete; run it again", effective: {} };
  if (status !== "changed" && status !== "unchanged" && status !== "unconfirmed")
    return { status: "failed", cause: field("cause")?.slice(0, LONGEST_CAUSE), effective: {} };
  const effective: Record<string, Values> = {};
  for (const line of lines) {
    const [, part, lower, value] = EFFECTIVE.exec(line) ?? [];
    if (part === undefined) continue;
    const keywords = KEYWORDS[partOf(part).role as OpenSshRole];
    const known = keywords.find(({ keyword }) => keyword.toLowerCase() === lower);
    if (known) effective[part] = { ...effective[part], [known.keyword]: Number(value) };
  }
  return { status, effective };
}
