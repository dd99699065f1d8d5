import { type OpenSshRole, Precedence } from "../settings";
import type { Setting } from "./configTree";
import { seconds } from "./values";

/** A client's values where nobody sets them. Debian's ssh takes 300 seconds with `BatchMode yes`. */
const DEFAULTS: Record<string, number[]> = { ServerAliveInterval: [0, 300], ServerAliveCountMax: [3] };

/** A line of others that stands in the way of ours, by its place among the lines of others. */
export interface Obstacle {
  /** Index among the settings of others; -1 where there is no line, but ours is not for all whom it should be for. */
  other: number;
  /** `overrides`: it wins over ours. `overtaken`: it won before, and ours would take its effect. */
  how: "overrides" | "overtaken";
}

/**
 * Whether our line of one keyword wins for all whom it is for, and leaves to others what is theirs.
 *
 * @param settings of that keyword, ours among them, in the order in which OpenSSH reads them. Ours may be met more than
 *   once, as a drop-in is that is included for everybody and for some again.
 * @returns what is in the way; undefined where nothing is.
 */
export function obstacle(role: OpenSshRole, settings: Setting[], precedence: Precedence): Obstacle | undefined {
  const others = settings.filter(({ own }) => !own);
  const found = role === "server" ? onServer(settings, precedence) : onClient(settings, precedence);
  return found && { other: found.setting ? others.indexOf(found.setting) : -1, how: found.how };
}

type Found = { setting?: Setting; how: Obstacle["how"] } | undefined;

/**
 * sshd takes the first value of the satisfied Match sections or, where there is none, the first value of the global
 * section. So ours is in the global section or, to win over sections of others, in one more `Match all`.
 */
function onServer(settings: Setting[], precedence: Precedence): Found {
  const sections = settings.filter(isSection);
  const forAll = sections.findIndex(({ own, matchAll }) => own && matchAll);
  const above = sections.slice(0, forAll < 0 ? undefined : forAll).filter(({ own }) => !own);
  const mustLose = above.find(({ matchAll }) => matchAll || precedence === Precedence.Enforce);
  if (mustLose) return { setting: mustLose, how: "overrides" };
  const [first] = settings.filter((setting) => !isSection(setting));
  if (forAll < 0 && !first?.own) return { setting: first, how: "overrides" };
  if (precedence === Precedence.Enforce) return undefined;
  const overtaken = below(
    sections,
    beforeOneForAll(sections, ({ matchAll }) => matchAll),
  );
  return overtaken && { setting: overtaken, how: "overtaken" };
}

/** ssh takes the first value, in a first round over all files; a second one, of `Match final`, fills in what is left. */
function onClient(settings: Setting[], precedence: Precedence): Found {
  const order = readingOrder(settings);
  const forAll = order.findIndex(({ own, others }) => own && !others);
  const above = order.slice(0, forAll < 0 ? undefined : forAll).filter(({ own }) => !own);
  const mustLose = above.find((line) => precedence === Precedence.Enforce || line.system || isGeneral(line));
  if (mustLose || forAll < 0) return { setting: mustLose, how: "overrides" };
  if (precedence === Precedence.Enforce) return undefined;
  const overtaken = below(order, inEffect(order));
  return overtaken && { setting: overtaken, how: "overtaken" };
}

/** The first of some lines of others that comes after one of ours. */
function below(order: Setting[], some: Setting[]): Setting | undefined {
  const own = order.findIndex((setting) => setting.own);
  return some.find((setting) => own >= 0 && order.indexOf(setting) > own);
}

/** The lines of others that come before one of them that is for all. */
function beforeOneForAll(order: Setting[], isForAll: (setting: Setting) => boolean): Setting[] {
  const others = order.filter(({ own }) => !own);
  const forAll = others.findIndex(isForAll);
  return forAll < 0 ? others : others.slice(0, forAll);
}

/** Whether sshd takes a line before all that stand in its global section. */
export function isSection({ condition, matchAll }: Setting): boolean {
  return condition !== undefined || matchAll;
}

/** The order in which ssh meets the lines: those of the second round come after all others. */
export function readingOrder(settings: Setting[]): Setting[] {
  return [...settings.filter(({ late }) => !late), ...settings.filter(({ late }) => late)];
}

export function isGeneral({ condition, late }: Setting): boolean {
  // Whether names are made canonical at all is not known here.
  return condition === undefined && late !== "canonical";
}

/**
 * The lines of others for certain hosts that take effect without ours: those that come before one for all hosts. Next to
 * a user's config all that the system says is meant for everybody.
 */
export function inEffect(order: Setting[]): Setting[] {
  return beforeOneForAll(order, isGeneral).filter(({ system }) => !system);
}

/**
 * The line of others for certain hosts that holds for the host that ssh was asked about, as far as that can be told: of
 * a Match only by what ssh reports.
 *
 * @param settings of one keyword.
 */
export function holdsForProbe(settings: Setting[], reported: number | undefined): Setting | undefined {
  const order = readingOrder(settings.filter(({ system }) => !system));
  const general = order.find((setting) => !setting.own && isGeneral(setting));
  const explained = [
    ...order.filter(({ own }) => own).map(({ value }) => seconds(value)),
    ...(general ? [seconds(general.value)] : (DEFAULTS[order[0]?.keyword ?? ""] ?? [])),
  ];
  const isExplained = reported === undefined || explained.includes(reported);
  return inEffect(order).find(({ probed, value }) => probed ?? (!isExplained && seconds(value) === reported));
}
