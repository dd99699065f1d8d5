import fc from "fast-check";
import { KEYWORDS, type OpenSshPart, Placement, Precedence, type Values } from "../../../../components/settings";
import type { Suite } from "../../../hosts/images";
import type { Files } from "./oracle";
import { SCOPES, type Scope } from "./scopes";
import { tree } from "./trees";

/** What somebody wants of a host, in the words of the settings. */
export interface Wish {
  part: OpenSshPart;
  precedence: Precedence;
  placement: Placement;
}

/** A line that others put into a file once it has ours: `where` is how far down, from 0 to 1. */
export interface Edit {
  where: number;
  line: string;
}

export interface Case {
  files: Files;
  wish: Wish;
  /** What is wanted instead, later on. */
  next?: Wish;
  edits: Edit[];
}

/** Values that most lines of others don't have, and some that they do. */
const VALUES = [
  [45, 60, 0],
  [5, 2, 0],
];
const PATTERNS = [["a.example"], ["*.example"], ["*.example", "!a.example"], ["?.other", "b*"], ["*", "!*.example"]];

function wishes(scope: Scope): fc.Arbitrary<Wish> {
  const role = scope === "server" ? "server" : "client";
  const [interval, countMax] = KEYWORDS[role].map(({ keyword }, i) =>
    fc.constantFrom(...(VALUES[i] as number[])).map((value): Values => ({ [keyword]: value })),
  ) as [fc.Arbitrary<Values>, fc.Arbitrary<Values>];
  const both = fc.tuple(interval, countMax).map(([one, other]) => ({ ...one, ...other }));
  const user = scope === "user" ? { user: "alice" } : {};
  return fc
    .record({
      values: fc.oneof({ arbitrary: both, weight: 2 }, interval, countMax),
      hostPatterns:
        role === "server" ? fc.constant(undefined) : fc.option(fc.constantFrom(...PATTERNS), { nil: undefined }),
      precedence: fc.constantFrom(Precedence.Yield, Precedence.Yield, Precedence.Enforce),
      placement: fc.constantFrom(Placement.Auto, Placement.Auto, Placement.Auto, Placement.Inline, Placement.DropIn),
    })
    .map(({ values, hostPatterns, precedence, placement }) => {
      const part: OpenSshPart = { role, ...user, values };
      return { part: hostPatterns ? { ...part, hostPatterns } : part, precedence, placement };
    });
}

export function cases(scope: Scope, suite: Suite): fc.Arbitrary<Case> {
  const more = fc.record({
    where: fc.oneof(
      fc.constantFrom(0, 1),
      fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    ),
    line: fc.constantFrom("# by the auditors", "", "#"),
  });
  const own = tree(scope, suite);
  // A user's ssh reads the host's files, too.
  const files = scope === "user" ? fc.tuple(own, fc.option(tree("client", suite))).map(merge) : own;
  const main = SCOPES[scope].main;
  return fc.record({
    files:
      scope === "user" ? fc.tuple(files, fc.boolean()).map(([all, has]) => (has ? all : without(all, main))) : files,
    wish: wishes(scope),
    next: fc.option(wishes(scope), { nil: undefined, freq: 2 }),
    edits: fc.array(more, { minLength: 1, maxLength: 3 }),
  });
}

function merge([own, system]: [Files, Files | null]): Files {
  return { ...system, ...own };
}

function without(files: Files, path: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== path));
}
