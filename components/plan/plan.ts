import type { Observation, PresentFile } from "../observe";
import { type DesiredRoles, ROLES, type Role, type Values } from "../settings";
import { findOwnLines, type OwnLines, setsExactly, withoutRanges } from "./blocks";
import { settingsIn } from "./configTree";
import { effective } from "./effective";
import { linesOf } from "./lines";
import { otherOwner } from "./otherOwner";
import { type FileLines, overtakes, placeClient, placeServer } from "./placement";
import { Refusal } from "./refusal";
import { applySplices, type Splice, splicesOf } from "./splices";
import { type Warning, warningsOf } from "./warnings";

/** What becomes of one role on one host. */
export interface RolePlan {
  role: Role;
  path: string;
  /** Undefined where the role is not wanted and our lines, if any, go. */
  desired?: Values;
  /** Effective value of each keyword now, as OpenSSH reports it. */
  before: Values;
  /** What it will be. A keyword that we let go of is absent: what others set for it is not known before it is tried. */
  after: Values;
  /** The file's bytes now, and once the splices are done. The same where nothing has to change. */
  content: string;
  result: string;
  splices: Splice[];
  /** Whether lines of ours are in the file now, and afterwards. */
  hadLines: boolean;
  hasLines: boolean;
  warnings: Warning[];
}

export interface Plan {
  roles: RolePlan[];
}

/** The config files of a host, by role. */
export type RolePaths = Record<Role, string>;

/**
 * Plans a host: what has to change so that the effective values are the desired ones. Pure.
 *
 * @throws Refusal if it can't be done safely: what is wrong, where, and what to do.
 */
export function plan(desired: DesiredRoles, observation: Observation, paths: RolePaths): Plan {
  const roles: RolePlan[] = [];
  for (const role of ROLES) {
    const file = fileOf(role, paths[role], desired[role] !== undefined, observation);
    if (file) roles.push(planRole(role, file, desired[role], observation));
  }
  return { roles };
}

function fileOf(role: Role, path: string, wanted: boolean, observation: Observation): PresentFile | undefined {
  const file = observation.files[path];
  if (file?.state === "present") return file;
  if (!wanted) return undefined;
  const problem = file?.state === "unusable" ? file.reason : "does not exist";
  throw new Refusal(`${path} ${problem}; the ${role} role needs that file. Mend it, or name another in paths`);
}

function planRole(role: Role, file: PresentFile, desired: Values | undefined, observation: Observation): RolePlan {
  const own = findOwnLines(file.content);
  const base = { role, path: file.path, content: file.content, hadLines: own.ranges.length > 0 };
  if (!desired) {
    const splices = splicesOf(own.ranges, []);
    const before = base.hadLines ? effective(role, file.path, observation) : {};
    return {
      ...base,
      before,
      after: {},
      result: applySplices(file.content, splices),
      splices,
      hasLines: false,
      warnings: [],
    };
  }
  const others = linesIn(role, file, own, observation);
  const before = effective(role, file.path, observation);
  const after = { ...before, ...desired };
  const inForce = Object.entries(desired).every(([keyword, value]) => before[keyword] === value);
  const settled =
    inForce &&
    (!base.hadLines || (own.whole && setsExactly(own, desired))) &&
    (role === "server" || !overtakes(others));
  const place = role === "server" ? placeServer : placeClient;
  const splices = settled ? [] : splicesOf(own.ranges, place(desired, others, before));
  if (splices.length > 0) refuseSealed(role, file, observation);
  if (role === "server" && splices.length > 0) refuseWithoutReload(file.path, observation);
  return {
    ...base,
    desired,
    before,
    after,
    result: applySplices(file.content, splices),
    splices,
    hasLines: settled ? base.hadLines : true,
    warnings: [...otherOwner(file.path, others.lines), ...warningsOf(role, others, desired, settled)],
  };
}

/** As on NixOS, where config files are made from something else. */
function refuseSealed(role: Role, { path, realPath, sealed }: PresentFile, { uid }: Observation): void {
  if (!sealed) return;
  const what = `${path}${realPath === path ? "" : ` (${realPath})`}`;
  if (uid !== 0)
    throw new Refusal(`${what} can't be changed: the login user is not root there; log in as root, or give become`);
  throw new Refusal(
    `${what} can't be changed: it or its folder is read-only or immutable (findmnt -T and lsattr -d show that); ` +
      `mend that, or set the values where that file comes from and take the ${role} role off this host (enabled: false)`,
  );
}

/** A file that sshd is not told of would look done and not be. */
function refuseWithoutReload(path: string, observation: Observation): void {
  if (observation.service && observation.service.kind !== "unknown") return;
  throw new Refusal(
    `how sshd is told of a changed ${path} is not known: neither ssh.service nor sshd.service is active, and no sshd ` +
      "runs under its PidFile. Start it in one of these ways",
  );
}

function linesIn(role: Role, file: PresentFile, own: OwnLines, observation: Observation): FileLines {
  const rest = withoutRanges(file.content, own.ranges);
  const lines = linesOf(file.content).filter(
    ({ start, end }) => !own.ranges.some((r) => r.start <= start && end <= r.end),
  );
  return {
    own,
    lines,
    settings: settingsIn(role, file.path, lines, observation),
    size: file.content.length,
    unfinished: rest !== "" && !rest.endsWith("\n"),
  };
}
