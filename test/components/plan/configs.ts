import fc from "fast-check";
import type { Role } from "../../../components/settings";
import type { Included } from "./openssh";

/** From here on a value was set for certain hosts or users only; below, for everybody. No two lines set the same. */
export const SPECIFIC = 100_000;

/** A generated config. */
export interface Config {
  content: string;
  included: Included;
}

interface Section {
  header: string;
  lines: string[];
}

const KEYWORDS: Record<Role, string[]> = {
  server: ["ClientAliveInterval", "ClientAliveCountMax"],
  client: ["ServerAliveInterval", "ServerAliveCountMax"],
};
/** Headers of sections, and whether all that they hold is for everybody. */
const HEADERS: Record<Role, [string, boolean][]> = {
  server: [
    ["Match User backup", false],
    ["match\tuser\tbackup,www", false],
    ["Match Address 192.0.2.0/24 User backup # backups", false],
    ["Match all", false],
  ],
  client: [
    ["Host a.example", false],
    ["Host=*.example # all of ours", false],
    ["host b* a.example", false],
    ["Host !a.example *.example", false],
    ["Host * !a.example", false],
    ["Host *", true],
    ['"Host" c.other "*"', true],
    ["Match host b.example", false],
    ["Match final host a.example", false],
    ["Match localuser root", false],
    ["Match all", true],
  ],
};
const OTHERS: Record<Role, string[]> = {
  server: ["X11Forwarding yes", "MaxSessions 7", "# ClientAliveInterval 9", "", "Banner none"],
  client: ["ForwardAgent yes", "User somebody", "# ServerAliveInterval 9", "", "\tPort = 22"],
};

const spelling = fc.tuple(
  fc.constantFrom("", "  ", "\t"),
  fc.constantFrom(
    (s: string) => s,
    (s: string) => s.toLowerCase(),
    (s: string) => s.toUpperCase(),
    (s: string) => `"${s}"`,
  ),
  fc.constantFrom(" ", "=", " = ", "\t"),
  fc.constantFrom("", " ", " # why"),
);

/** A line that sets a keepalive keyword. `@` stands for the value, which is known only where the line goes. */
function setting(role: Role): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...KEYWORDS[role]), spelling)
    .map(([keyword, [indent, spell, equals, end]]) => `${indent}${spell(keyword)}${equals}@${end}`);
}

function sections(role: Role, include: string | undefined): fc.Arbitrary<Section[]> {
  const other = fc.constantFrom(...OTHERS[role], ...(include ? [`Include ${include}`] : []));
  const lines = fc.array(fc.oneof(other, setting(role)), { maxLength: 3 });
  const header = fc.constantFrom(...HEADERS[role].map(([text]) => text));
  const start = lines.map((lines) => ({ header: "", lines }));
  return fc
    .tuple(start, fc.array(fc.record({ header, lines }), { maxLength: 3 }))
    .map(([first, more]) => [first, ...more]);
}

/** Configs with all that people write, and up to two drop-ins. */
export function configs(role: Role, pattern: string): fc.Arbitrary<Config> {
  return fc
    .record({
      main: sections(role, pattern),
      dropIns: fc.array(sections(role, undefined), { maxLength: 2 }),
      newline: fc.constantFrom("\n", "\n", "\r\n"),
      finished: fc.boolean(),
    })
    .map(({ main, dropIns, newline, finished }) => {
      const scopes = main.filter(({ lines }) => lines.some((line) => line.startsWith("Include")));
      const general = scopes.every(({ header }) => isGeneral(role, header));
      let count = 10;
      const render = (sections: Section[], general: boolean, newline: string) =>
        sections
          .flatMap(({ header, lines }) => {
            const base = general && isGeneral(role, header) ? 0 : SPECIFIC;
            const valued = lines.map((line) => line.replace("@", () => String(base + count++)));
            return header ? [header, ...valued] : valued;
          })
          .map((line) => line + newline)
          .join("");
      const content = render(main, true, newline);
      return {
        content: finished ? content : content.replace(/\r?\n$/, ""),
        included: Object.fromEntries(dropIns.map((sections, i) => [`${i}.conf`, render(sections, general, "\n")])),
        // A drop-in that is included both for everybody and for some would hold values of both kinds.
        mixed: !general && scopes.some(({ header }) => isGeneral(role, header)),
      };
    })
    .filter(({ mixed }) => !mixed);
}

function isGeneral(role: Role, header: string): boolean {
  return header === "" || HEADERS[role].some(([text, general]) => text === header && general);
}
