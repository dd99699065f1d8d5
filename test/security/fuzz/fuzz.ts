import fc from "fast-check";
import { printable } from "../../../components/settings";

const { FUZZ_CASES, FUZZ_SEED } = process.env;
/** Each property has its share of so many cases; all together have some three times as many. */
export const CASES = Number(FUZZ_CASES || 1000);
/** The same each time, unless more is asked for: then what others ran before is of no use. */
export const SEED = Number(FUZZ_SEED || (FUZZ_CASES ? Date.now() % 1_000_000_000 : 1));

/** Counts what was tried. */
export class Fuzz {
  private readonly start = Date.now();
  private readonly counts = new Map<string, number>();

  /**
   * Tries a property for a share of all cases.
   *
   * @returns how many that were.
   * @throws with the smallest case for which it does not hold.
   */
  async check<T>(what: string, share: number, cases: fc.Arbitrary<T>, holds: (one: T) => unknown): Promise<number> {
    const property = fc.asyncProperty(cases, async (one) => {
      this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
      await holds(one);
    });
    const result = await fc.check(property, { numRuns: Math.ceil(CASES * share), seed: SEED });
    if (!result.failed) return result.numRuns;
    const said = [(result.errorInstance as Error | null)?.stack ?? "", fc.defaultReportMessage(result) ?? ""];
    // What it shows of the case would reach the terminal as it is.
    throw new Error(said.join("\n").split("\n").map(printable).join("\n"));
  }

  toString(): string {
    const all = [...this.counts.values()].reduce((sum, count) => sum + count, 0);
    const each = [...this.counts].map(([what, count]) => `${count} ${what}`).join(", ");
    return `fuzz: ${all} cases, seed ${SEED}, ${Math.round((Date.now() - this.start) / 1000)} s: ${each}`;
  }
}
