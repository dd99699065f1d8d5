import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "..", "..");
/** `<!-- output: NAME -->` and the fenced block right below it. */
const OUTPUT = /^<!-- output: (\S+) -->\n(```\w*)\n(.*?)^```$/gms;

/** `<!-- example: NAME asks WHOM WHOM -->`, settings, and config files that begin with a comment of their path. */
const EXAMPLE = /^<!-- example: (\S+) asks ([^\n]*) -->\n```yaml\n(.*?)^```\n((?:```\n# \/.*?^```\n)+)/gms;

/** A config as people have it, and the settings that meet it. */
export interface Example {
  name: string;
  /** `everybody` or `user=NAME` of sshd, or the host that ssh is asked about. */
  asks: string[];
  settings: Record<string, unknown>;
  /** Path → content, the comment with the path included. */
  files: Record<string, string>;
}

/** A block of a page whose text a scenario produces. */
export interface ShownOutput {
  page: string;
  name: string;
  text: string;
}

/** README.md and all of docs/, by their paths from the project's folder. */
export function pages(): string[] {
  const docs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" });
  const found = docs.filter((file) => file.endsWith(".md")).map((file) => join("docs", file));
  return ["README.md", ...found.sort()];
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** All blocks of all pages that a scenario has to produce. */
export function shownOutputs(): ShownOutput[] {
  return pages().flatMap((page) =>
    [...readPage(page).matchAll(OUTPUT)].map(([, name = "", , text = ""]) => ({ page, name, text })),
  );
}

/** Writes what the scenarios produced into the blocks of their names. */
export function writeOutputs(produced: Map<string, string>): void {
  for (const page of pages()) {
    const before = readPage(page);
    const after = before.replace(OUTPUT, (block, name: string, fence: string) => {
      const text = produced.get(name);
      return text === undefined ? block : `<!-- output: ${name} -->\n${fence}\n${text}\`\`\``;
    });
    if (after !== before) writeFileSync(join(ROOT, page), after);
  }
}

export function examples(): Example[] {
  return pages().flatMap((page) =>
    [...readPage(page).matchAll(EXAMPLE)].map(([, name = "", asks = "", yaml = "", blocks = ""]) => ({
      name,
      asks: asks.split(" "),
      settings: parse(yaml) as Record<string, unknown>,
      files: Object.fromEntries(
        [...blocks.matchAll(/^```\n(# (\/\S+)\n.*?)^```$/gms)].map(([, text = "", path = ""]) => [path, text]),
      ),
    })),
  );
}

/** The settings of a page: its first block of a stack's configuration. */
export function settingsOf(page: string): Record<string, unknown> {
  const [, yaml] = /^```yaml\n(config:\n.*?)^```$/ms.exec(readPage(page)) ?? [];
  if (yaml === undefined) throw new Error(`${page} has no settings`);
  const { config } = parse(yaml) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("ssh-keepalive:", ""), value]));
}

/** Links of a page to other files of the project, as paths from the project's folder with their anchors. */
export function localLinks(page: string): string[] {
  const targets = [...readPage(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => (target.startsWith("#") ? `${page}${target}` : relative(ROOT, join(ROOT, page, "..", target))));
}
