import { type Colour, paint } from "./colour";

/** What became of a host, in the words and the order of Ansible's recap. */
export const OUTCOMES = ["ok", "changed", "skipped", "unreachable", "failed"] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** As Ansible's recap has them. */
export const OUTCOME_COLOURS: Record<Outcome, Colour> = {
  ok: "green",
  changed: "yellow",
  skipped: "cyan",
  unreachable: "red",
  failed: "red",
};

/** How many hosts there are of each outcome. */
export function countOutcomes(outcomes: Outcome[]): Record<Outcome, number> {
  const counts = { ok: 0, changed: 0, skipped: 0, unreachable: 0, failed: 0 };
  for (const outcome of outcomes) counts[outcome]++;
  return counts;
}

/** `recap: ok=2 changed=1 skipped=0 unreachable=0 failed=0`; what there is of is coloured. */
export function renderRecap(outcomes: Outcome[]): string {
  const counts = countOutcomes(outcomes);
  const words = OUTCOMES.map((outcome) => {
    const word = `${outcome}=${counts[outcome]}`;
    return counts[outcome] > 0 ? paint(OUTCOME_COLOURS[outcome], word) : word;
  });
  return `recap: ${words.join(" ")}`;
}
