/** What became of a host, in the words of Ansible's recap. */
export type Outcome = "ok" | "changed" | "skipped" | "unreachable" | "failed";

const OUTCOMES: Outcome[] = ["ok", "changed", "skipped", "unreachable", "failed"];

/** `recap: ok=2 changed=1 skipped=0 unreachable=0 failed=0` */
export function renderRecap(outcomes: Outcome[]): string {
  const counts = OUTCOMES.map((outcome) => `${outcome}=${outcomes.filter((o) => o === outcome).length}`);
  return `recap: ${counts.join(" ")}`;
}
