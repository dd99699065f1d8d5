import { matchesPatterns, type OpenSshRole, parseLine } from "../settings";

/** For whom lines hold. */
export interface Section {
  /** The Host or Match line that they stand under, as written; absent where they hold for everybody. */
  condition?: string;
  /** Whether the condition holds for the host that is asked about; undefined where only OpenSSH knows. */
  probed?: boolean;
  /** Whether that is `Match all`, which in sshd_config overrides the global section. */
  matchAll: boolean;
  /** Whether ssh reads it in its second round only: under `Match final` or `Match canonical`. */
  late?: "final" | "canonical";
  /** Start of the section's header in the main file. */
  header?: number;
  /** Whether the condition is one of others, in which a line of ours would hold for some of those whom it is for. */
  others: boolean;
}

export const GLOBAL: Section = { probed: true, matchAll: false, others: false };

/** The line that starts a section. */
export interface Header {
  keyword: "host" | "match";
  words: string[];
  written: string;
  /** Where it starts in the main file. */
  start?: number;
  own: boolean;
}

/** The host that ssh is asked about, and whether some line gives hosts other names. */
interface Probed {
  role: OpenSshRole;
  probe: string;
  renames: boolean;
}

/** Whether a section starts at this line. */
export function isHeader(line: string): boolean {
  return /^(host|match)$/i.test(parseLine(line)?.keyword ?? "");
}

/** Whether the section that this line of a client's starts is for all hosts, and in which round. */
export function roundForAll(line: string): "first" | "final" | undefined {
  const { keyword = "", values = [] } = parseLine(line) ?? {};
  if (/^host$/i.test(keyword)) return hostsAll(values) ? "first" : undefined;
  const [words, late] = roundOf(values);
  if (!matchesAll(words)) return undefined;
  return late === undefined ? "first" : late === "final" ? "final" : undefined;
}

/** The section that a header starts inside of `outer`, whose condition an included file's sections have, too. */
export function enter(probed: Probed, outer: Section, { keyword, words, written, start, own }: Header): Section {
  const isMatch = keyword === "match";
  const [rest, round] = isMatch ? roundOf(words) : [words, undefined];
  const late = probed.role === "client" ? round : undefined;
  const all = isMatch && matchesAll(rest);
  const everybody = probed.role === "client" && (isMatch ? all : hostsAll(words));
  const holds = everybody || (isMatch ? criteriaHold(rest, probed) : matchesPatterns(words, probed.probe));
  return {
    // Of nested conditions the outer one is named, unless it is for all.
    condition: outer.condition ?? (everybody || all ? undefined : written.trim()),
    probed: outer.probed === false || holds === false ? false : outer.probed && holds,
    matchAll: probed.role === "server" && all && (outer.matchAll || outer.condition === undefined),
    late: outer.late ?? late,
    header: start ?? outer.header,
    others: outer.condition !== undefined || (!own && !everybody && !all),
  };
}

function hostsAll(patterns: string[]): boolean {
  return patterns.includes("*") && !patterns.some((pattern) => pattern.startsWith("!"));
}

/** The criteria of a Match but for those of its round. */
function roundOf(words: string[]): [rest: string[], round: "final" | "canonical" | undefined] {
  const rounds = ["final", "canonical"] as const;
  const is = (word: string) => rounds.find((round) => round === word.toLowerCase());
  return [words.filter((word) => !is(word)), words.map(is).find((round) => round !== undefined)];
}

function matchesAll(criteria: string[]): boolean {
  return criteria.length === 0 || (criteria.length === 1 && criteria[0]?.toLowerCase() === "all");
}

/** Of names alone: what other criteria ask for is not known here. */
function criteriaHold(criteria: string[], { probe, renames }: Probed): boolean | undefined {
  let known = true;
  for (let i = 0; i < criteria.length; i += 2) {
    const [criterion = "", patterns] = [criteria[i]?.toLowerCase(), criteria[i + 1]];
    const name = criterion.replace(/^!/, "");
    if (patterns === undefined || !(name === "originalhost" || (name === "host" && !renames))) known = false;
    else if (matchesPatterns(patterns.toLowerCase().split(","), probe) === criterion.startsWith("!")) return false;
  }
  return known ? true : undefined;
}
