import { type OpenSshPart, Placement, Precedence } from "../settings";
import { dropInFolders, hasSecondRound, type Place, type Setting } from "./configTree";
import { linesOf } from "./lines";
import type { BareConfig } from "./ownFiles";
import { inEffect, isGeneral, isSection, readingOrder } from "./precedence";
import { isHeader, roundForAll } from "./sections";

/** A place for a line of ours. */
export interface Spot {
  path: string;
  at: number;
  /** What the line stands under; absent where it is for all as it is. */
  header?: string;
  /** What the lines that follow are to stand under again, as they did. */
  reset?: string;
}

export interface Wish {
  precedence: Precedence;
  placement: Placement;
  /** Whether the main file is not ours to change. */
  vendor: boolean;
}

/** Our drop-ins are read before all others, but for those of a client that yields to what others set for certain hosts. */
export const FIRST = "00-ssh-keepalive.conf";
const LAST = "99-ssh-keepalive.conf";

/**
 * Where a line of ours may win, best first.
 *
 * @param others what others set of its keyword, in the order in which OpenSSH reads it.
 */
export function spotsOf(bare: BareConfig, part: OpenSshPart, others: Setting[], wish: Wish): Spot[] {
  return part.role === "server" ? serverSpots(bare, others, wish) : clientSpots(bare, part, others, wish);
}

/** What lines of ours for a client may stand under: in ssh's first round, or its second. */
export function headersOf({ hostPatterns }: OpenSshPart): { first: string; final: string } {
  return {
    first: `Host ${hostPatterns?.join(" ") ?? "*"}`,
    final: hostPatterns ? `Match final originalhost ${hostPatterns.join(",")}` : "Match final all",
  };
}

function serverSpots(bare: BareConfig, others: Setting[], { precedence, placement, vendor }: Wish): Spot[] {
  const { main } = bare;
  const content = contentOf(bare, main);
  const enforce = precedence === Precedence.Enforce;
  const sections = others.filter((setting) => setting.matchAll || (enforce && isSection(setting)));
  const dropIns = (header?: string) =>
    placement === Placement.Inline
      ? []
      : dropInFolders(bare).map((folder) => ({ path: `${folder}/${FIRST}`, at: 0, header }));
  const inMain = (spots: Spot[]) => (placement === Placement.DropIn || vendor ? [] : spots);
  if (sections.length === 0) return [...dropIns(), ...inMain([{ path: main, at: firstDirective(content) }])];
  const header = "Match all";
  // What comes below would be for all as well, but where a section starts anyhow.
  const headers = linesOf(content).filter(({ text }) => isHeader(text));
  const [first] = headers;
  if (enforce) return [...dropIns(header), ...inMain(first ? [{ path: main, at: first.start, header }] : [])];
  const general = sections.find(({ matchAll }) => matchAll);
  const start = headers.find(({ start }) => start === general?.place.section)?.start;
  return inMain(start === undefined ? [] : [{ path: main, at: start, header }]);
}

function clientSpots(
  bare: BareConfig,
  part: OpenSshPart,
  others: Setting[],
  { precedence, placement, vendor }: Wish,
): Spot[] {
  const enforce = precedence === Precedence.Enforce;
  const order = readingOrder(others);
  const general = order.find((setting) => !setting.system && isGeneral(setting));
  const headers = headersOf(part);
  // Of the second round others set something for certain hosts, which ours of the first would take the effect of.
  const late = !enforce && inEffect(order).some(({ late }) => late) && hasSecondRound(bare);
  const header = late ? headers.final : headers.first;
  if (part.user === undefined && (placement === Placement.DropIn || vendor)) {
    const name = enforce ? FIRST : LAST;
    const folders = dropInFolders(bare).map((folder) => ({ path: `${folder}/${name}`, at: 0, header }));
    return enforce ? folders : folders.reverse();
  }
  const content = contentOf(bare, bare.main);
  const places = enforce
    ? [firstDirective(content)]
    : general && (late || !general.late)
      ? placesBefore(general.place)
      : [content.length];
  return places.flatMap((at) => inMain(bare, at, header, late, part.hostPatterns === undefined));
}

function placesBefore({ line, section }: Place): number[] {
  return line === section ? [line] : [section, line];
}

/** A place in a client's main file, if lines can be put there without a change of whom those below are for. */
function inMain(bare: BareConfig, at: number, header: string, late: boolean, forAll: boolean): Spot[] {
  const path = bare.main;
  const lines = linesOf(contentOf(bare, path));
  const above = lines.filter(({ start, text }) => start < at && isHeader(text)).at(-1)?.text;
  const below = lines.find(({ start }) => start === at)?.text;
  if (below === undefined ? !forAll && lines.length === 0 : isHeader(below)) return [{ path, at, header }];
  const round = above === undefined ? "first" : roundForAll(above);
  if (below === undefined) return [{ path, at, header, reset: forAll ? undefined : resetTo(round) }];
  if (round === undefined) return [];
  if (forAll && (round === "final") === late) return [{ path, at }];
  return [{ path, at, header, reset: resetTo(round) }];
}

function resetTo(round: "first" | "final" | undefined): string | undefined {
  return round && { first: "Host *", final: "Match final all" }[round];
}

function firstDirective(content: string): number {
  return linesOf(content).find(({ text }) => !/^\s*(#|$)/.test(text))?.start ?? content.length;
}

/** A file's bytes; none where it is not there. */
export function contentOf({ tree }: BareConfig, path: string): string {
  const file = tree.files[path];
  return file?.state === "present" ? file.content : "";
}
