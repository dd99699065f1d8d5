/** docs/settings.md: what every setting is, from the docstrings of the source that defines it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..");
const SOURCES = ["args.ts", "enums.ts"].map((name) => join(ROOT, "components", "settings", name));
export const SETTINGS_PAGE = join(ROOT, "docs", "settings.md");

const INTRODUCTION = `# Settings

The component's arguments in TypeScript, and by the same names under \`ssh-keepalive:\` in \`Pulumi.<stack>.yaml\`, where enums are
their strings. Intervals are seconds. This page is made from the source by \`npm run docs\`.
`;

/** The page as the source has it now. */
export function settingsPage(): string {
  const statements = SOURCES.flatMap((path) => [
    ...ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true).statements,
  ]);
  const interfaces = statements.filter(ts.isInterfaceDeclaration).reverse();
  const enums = statements.filter(ts.isEnumDeclaration);
  const sections = [...interfaces.map(interfaceSection), ...enums.map(enumSection)];
  return [INTRODUCTION, ...sections].join("\n");
}

function interfaceSection(declaration: ts.InterfaceDeclaration): string {
  const rows = declaration.members.filter(ts.isPropertySignature).map((member) => {
    const { what, preset } = split(docstring(member));
    if (what === "")
      throw new Error(`${declaration.name.text}.${member.name.getText()}: its docstring does not say what it is`);
    const required = member.questionToken === undefined;
    return `| \`${member.name.getText()}\` | ${typeOf(member)} | ${what} | ${required ? "required" : preset} |`;
  });
  return section(declaration, "| setting | type | what | default |\n| --- | --- | --- | --- |", rows);
}

function enumSection(declaration: ts.EnumDeclaration): string {
  const rows = declaration.members.map(
    (member) => `| \`${member.name.getText()}\` | \`${member.initializer?.getText()}\` | ${docstring(member)} |`,
  );
  return section(declaration, "| TypeScript | YAML | what |\n| --- | --- | --- |", rows);
}

function section(declaration: ts.InterfaceDeclaration | ts.EnumDeclaration, head: string, rows: string[]): string {
  return `## ${declaration.name.text}\n\n${docstring(declaration)}\n\n${head}\n${rows.join("\n")}\n`;
}

/** What can be an output in a program is named by what it holds. */
function typeOf(member: ts.PropertySignature): string {
  const type = (member.type?.getText() ?? "").replace(/^pulumi\.Input<(.*)>$/, "$1");
  const [, name, list = ""] = /^([A-Z]\w*)(\[\])?$/.exec(type) ?? [];
  const [, value] = /^Record<string, ([A-Z]\w*)>$/.exec(type) ?? [];
  if (value !== undefined) return `name → ${linkTo(value)}`;
  return name === undefined ? `\`${type}\`` : linkTo(name) + list;
}

function linkTo(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function docstring(node: ts.Node): string {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "")
    .join(" ")
    .replace(/\s+/g, " ")
    .replaceAll("|", "\\|")
    .trim();
  if (text === "") throw new Error(`${(node as ts.NamedDeclaration).name?.getText()} has no docstring`);
  return text;
}

/** The sentence that begins with "Default:" has a column of its own. */
function split(text: string): { what: string; preset: string } {
  const [whole = "", preset = ""] = /(?:^|(?<=[.)] ))Default: (.*?)\.(?= |$)/.exec(text) ?? [];
  const [absent = ""] = /left alone where absent/.exec(text) ?? [];
  return {
    what: text.replace(whole, "").replace(/\s+/g, " ").trim(),
    preset: preset || (absent && "left alone") || "none",
  };
}
