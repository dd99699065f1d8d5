/** The engine's own directives: it makes colours of them for a terminal, and nothing for a pipe and for --json. */
const DIRECTIVES = { red: "fg 1", green: "fg 2", yellow: "fg 3", cyan: "fg 6", bold: "bold" };

export type Colour = keyof typeof DIRECTIVES;

/** Colours text that was made printable before. */
export function paint(colour: Colour, text: string): string {
  return `<{%${DIRECTIVES[colour]}%}>${text}<{%reset%}>`;
}

/** Colours a unified diff, line by line. */
export function paintDiff(diff: string): string[] {
  return diff.split("\n").map((line, i) => {
    if (i < 2) return paint("bold", line);
    if (line.startsWith("@@")) return paint("cyan", line);
    if (line.startsWith("+")) return paint("green", line);
    return line.startsWith("-") ? paint("red", line) : line;
  });
}
