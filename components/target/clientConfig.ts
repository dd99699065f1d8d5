import { matchesPatterns, parseLine } from "../settings";

/** The user where a config names none. ssh takes whoever runs it, which says nothing of the hosts. */
export const DEFAULT_USER = "root";

/** A directive's first value and where it stands, as in `~/.ssh/config:12`. */
export interface Value {
  value: string;
  where: string;
}

interface Section {
  keyword: "host" | "match";
  values: string[];
  where: string;
  directives: (Value & { keyword: string })[];
}

/** An OpenSSH client config, read as ssh reads it. */
export class ClientConfig {
  private readonly sections: Section[];

  /** @param mistakes gets a line for each section that can't be followed, by file and line. */
  constructor(text: string, file: string, mistakes: string[]) {
    const first: Section = { keyword: "match", values: ["all"], where: file, directives: [] };
    this.sections = [first];
    for (const [index, line] of text.split("\n").entries()) {
      const where = `${file}:${index + 1}`;
      // The blank lets a keyword without a value, which ssh refuses, be seen as one.
      const { keyword: written, values } = parseLine(`${line} `) ?? { keyword: "", values: [] };
      const keyword = written.toLowerCase();
      if (keyword === "") continue;
      if (keyword === "host" || keyword === "match") {
        if (keyword === "match") refuseMatch(values, where, mistakes);
        this.sections.push({ keyword, values, where, directives: [] });
      } else if (keyword === "include")
        mistakes.push(`${where}: ${written} is not supported in an inventory; name that file as the inventory`);
      else this.sections.at(-1)?.directives.push({ keyword, value: values[0] ?? "", where });
    }
  }

  /** The names on Host lines that are no patterns, each with where it stands first. */
  aliases(): Map<string, string> {
    const aliases = new Map<string, string>();
    for (const { keyword, values, where } of this.sections)
      for (const value of keyword === "host" ? values : [])
        if (!/[*?!]/.test(value) && !aliases.has(value)) aliases.set(value, where);
    return aliases;
  }

  /**
   * All that holds for a host, by keyword in lower case: the first value of each.
   *
   * @param given what was said before the config is read, as by ssh's own options.
   */
  optionsOf(alias: string, given: Map<string, Value> = new Map()): Map<string, Value> {
    const options = new Map(given);
    for (const section of this.sections) {
      if (!applies(section, alias, options)) continue;
      for (const { keyword, ...value } of section.directives) {
        // Of several keys this one is passed over, and the next one is used.
        const isNoKey = keyword === "identityfile" && /^none$/i.test(value.value);
        if (!options.has(keyword) && !isNoKey && !overruled(keyword, options)) options.set(keyword, value);
      }
    }
    return options;
  }
}

/** Of ProxyJump and ProxyCommand the first wins too; only after `ProxyJump none` ProxyCommand still has a say. */
function overruled(keyword: string, options: Map<string, Value>): boolean {
  if (keyword === "proxyjump") return options.has("proxycommand");
  const jump = options.get("proxyjump");
  return keyword === "proxycommand" && jump !== undefined && !isNone(jump);
}

/** Whether a value is that of a directive that is switched off. */
export function isNone({ value }: Value): boolean {
  return /^(none|no|false)$/i.test(value);
}

const CRITERIA = ["host", "originalhost", "user"];

function refuseMatch(values: string[], where: string, mistakes: string[]): void {
  if (isAll(values)) return;
  const other = values
    .filter((_, i) => i % 2 === 0)
    .find((criterion) => !CRITERIA.includes(criterion.replace(/^!/, "").toLowerCase()));
  if (other !== undefined)
    mistakes.push(
      `${where}: "Match ${other}" is not supported in an inventory and was not run; write it as a Host line`,
    );
  else if (values.length === 0 || values.length % 2 === 1)
    mistakes.push(
      `${where}: this Match is not complete; ssh takes a pattern after each of host, originalhost and user`,
    );
}

function isAll(values: string[]): boolean {
  return values.length === 1 && values[0]?.toLowerCase() === "all";
}

function applies({ keyword, values }: Section, alias: string, options: Map<string, Value>): boolean {
  if (keyword === "host") return matchesPatterns(values, alias);
  if (isAll(values)) return true;
  const hostName = options.get("hostname")?.value.replaceAll("%h", alias) ?? alias;
  return values.every((criterion, i) => {
    if (i % 2 === 1) return true;
    const patterns = values[i + 1] ?? "";
    const name = criterion.replace(/^!/, "").toLowerCase();
    const matches =
      name === "user"
        ? matchesPatterns(patterns.split(","), options.get("user")?.value ?? DEFAULT_USER)
        : // Other than on a Host line, case does not matter here.
          matchesPatterns(patterns.toLowerCase().split(","), (name === "host" ? hostName : alias).toLowerCase());
    return matches !== criterion.startsWith("!");
  });
}
