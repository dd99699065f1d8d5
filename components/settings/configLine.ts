import SSHConfig, { LineType } from "ssh-config";

/** A line of an OpenSSH config. */
export interface Directive {
  /** As written. */
  keyword: string;
  values: string[];
}

/**
 * One line of an OpenSSH config as ssh-config reads it; undefined where it holds no directive. ssh-config takes `Match`
 * apart into pairs and fails on some, so that every line is given to it as a `Host` line: only the words matter here.
 */
export function parseLine(line: string): Directive | undefined {
  const [, keyword, rest = ""] = /^\s*"?([a-z][a-z0-9]*)"?(?=[\s="])(.*)$/is.exec(line) ?? [];
  if (keyword === undefined) return undefined;
  // Of the blanks that ssh-config knows, OpenSSH takes no other than these for one, but for a form feed at the end.
  const words = withoutBlanksAtEnd(rest)
    .replace(/\r/g, " ")
    .replace(/[^\S \t]/g, "?");
  if (/^[ \t=]*(#|$)/.test(words)) return { keyword, values: [] };
  return { keyword, values: wordsOf(words).map((value) => value.replace(/^'(.*)'$/, "$1")) };
}

function wordsOf(words: string): string[] {
  try {
    const [parsed] = SSHConfig.parse(`Host${words}`);
    if (parsed?.type !== LineType.DIRECTIVE) return [];
    return typeof parsed.value === "string" ? [parsed.value] : parsed.value.map(({ val }) => val);
  } catch {
    // It fails on some, as on empty quotes. OpenSSH is asked what it makes of them; no line may end the program.
    return words.split(/[ \t="]+/).filter((word) => word !== "");
  }
}

/** A regular expression would take the square of a line's length, and lines come from hosts. */
function withoutBlanksAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && " \t\r\f".includes(text[end - 1] as string)) end--;
  return text.slice(0, end);
}
