/** A line of a file: its text without line end, and where its bytes are. */
export interface Line {
  number: number;
  text: string;
  start: number;
  /** After its line end. */
  end: number;
}

/** Splits bytes held as latin1 text. A final newline ends the last line; it does not begin another. */
export function linesOf(content: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < content.length; ) {
    const newline = content.indexOf("\n", start);
    const end = newline < 0 ? content.length : newline + 1;
    const text = content.slice(start, newline < 0 ? end : newline).replace(/\r$/, "");
    lines.push({ number: lines.length + 1, text, start, end });
    start = end;
  }
  return lines;
}
