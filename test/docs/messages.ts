import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..");
const FOLDERS = ["components", "infra"];
/** Stands in a message for what is put in when it is told, and in a heading for whatever is there. */
const HOLE = "…";
/** What a host's faults and the user's are told by. */
const ERRORS = /^(Refusal|TargetError|HostKeyError|InventoryError|ReadError|UnreachableError|AnswerError)$/;

/** A text of the source that may be told. */
export interface Message {
  file: string;
  text: string;
  /** Whether it certainly is told: an error is made of it, or a host's script gives up with it. */
  told: boolean;
}

/** All texts of the source, with `…` for what is put in. */
export function messages(): Message[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).flatMap((name) => {
      const file = join(folder, name);
      if (file.endsWith(".ts")) return ofTypeScript(file);
      return file.endsWith(".sh") ? ofShell(file) : [];
    }),
  );
}

/** Whether what a heading says is in a message, piece by piece. */
export function matches(heading: string, { text }: Message): boolean {
  let at = 0;
  return heading.split(HOLE).every((piece) => {
    const found = text.indexOf(piece, at);
    at = found + piece.length;
    return found >= 0;
  });
}

function ofTypeScript(file: string): Message[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.Latest, true);
  const found: Message[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined) found.push({ file, text, told: isError(node.parent) });
    // The parts of a sum are no texts of their own; what is put into them may be.
    const inner = text === undefined ? node : (holesOf(node) as unknown as ts.Node[]);
    if (Array.isArray(inner)) inner.forEach(visit);
    else ts.forEachChild(inner, visit);
  };
  visit(source);
  return found;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => HOLE + literal.text).join("");
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined && right === undefined ? undefined : (left ?? HOLE) + (right ?? HOLE);
}

function holesOf(node: ts.Node): ts.Node[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  if (ts.isParenthesizedExpression(node)) return holesOf(node.expression);
  if (!ts.isBinaryExpression(node)) return [];
  return [node.left, node.right].flatMap((side) => (textOf(side) === undefined ? [side] : holesOf(side)));
}

function isError(node: ts.Node | undefined): boolean {
  if (node === undefined) return false;
  if (ts.isConditionalExpression(node)) return isError(node.parent);
  if (ts.isNewExpression(node)) return ERRORS.test(node.expression.getText());
  return ts.isCallExpression(node) && node.expression.getText() === "mistakes.push";
}

function ofShell(file: string): Message[] {
  const lines = readFileSync(join(ROOT, file), "utf8").split("\n");
  return lines.map((line) => ({
    file,
    text: line.replace(/\$\([^()]*\)|\$\{[^}]*\}|\$\w+/g, HOLE),
    told: /\b(fail|give_up|result failed) "[^$]/.test(line) || /\becho "[^"]{12,}/.test(line),
  }));
}
