import type { Role, Values } from "../settings";
import type { Setting } from "./configTree";
import { type FileLines, seconds, specificOf } from "./placement";

/** What an administrator should know of a host and its plan does not change. */
export interface Warning {
  /** Where it is, if it is at one place. */
  file?: string;
  line?: number;
  /** A sentence; with a place, what the line there does. */
  message: string;
}

/** Which lines of others stand in the way of what is wanted. */
export function warningsOf(role: Role, others: FileLines, desired: Values, settled: boolean): Warning[] {
  const inForce = others.settings.filter((setting) => role === "server" || takesEffect(setting, others.settings));
  return inForce.flatMap((setting) => warn(setting, desired, settled));
}

/** Whether a line of a client's is read before another that leaves it without effect, even without us. */
function takesEffect(setting: Setting, settings: Setting[]): boolean {
  const rivals = settings.filter(({ keyword }) => keyword === setting.keyword);
  return rivals.indexOf(setting) <= specificOf(rivals).length;
}

/** Says which lines of others win over ours for some, and, at the change that does it, which cease to take effect. */
function warn({ keyword, value, file, line, condition }: Setting, desired: Values, settled: boolean): Warning[] {
  if (!(keyword in desired)) return [];
  const what = `sets ${keyword} ${value}`;
  if (condition !== undefined)
    return [
      { file, line, message: `${what} under "${condition}": it wins over ${desired[keyword]} where that matches` },
    ];
  if (settled || seconds(value) === desired[keyword]) return [];
  return [{ file, line, message: `${what}: ours comes first, so it has no effect` }];
}
