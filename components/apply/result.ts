import { KEYWORDS, ROLES, type Role, type Values } from "../settings";

/** What a host's script says that it did. */
export interface ApplyResult {
  status: "changed" | "unchanged" | "failed";
  /** Why, where the status is `failed`. */
  cause?: string;
  /** Effective values afterwards, as OpenSSH reports them. */
  effective: Partial<Record<Role, Values>>;
}

/** Reads the apply script's answer, from which no more is taken than what it can rightly hold. */
export function readResult(stdout: string): ApplyResult {
  const lines = stdout.split("\n");
  const field = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  const status = field("status");
  if (lines[0] !== "ssh-keepalive-result 1" || lines.at(-1) !== "end")
    return { status: "failed", cause: "the host's answer is incomplete; run it again", effective: {} };
  if (status !== "changed" && status !== "unchanged") return { status: "failed", cause: field("cause"), effective: {} };
  const effective: Partial<Record<Role, Values>> = {};
  for (const role of ROLES)
    for (const { keyword } of KEYWORDS[role]) {
      const value = field(`effective ${role} ${keyword.toLowerCase()}`);
      if (value && /^\d{1,10}$/.test(value)) effective[role] = { ...effective[role], [keyword]: Number(value) };
    }
  return { status, effective };
}
