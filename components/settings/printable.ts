/**
 * Text of a host's (bytes held as latin1 text) or of a user's, made safe to print: no control character reaches the
 * terminal and no colour directive the engine, which ends with a panic at one that it does not know.
 */
export function printable(text: string): string {
  return [...decoded(text)].map(escaped).join("").replaceAll("<{%", "\\u{3c}{%");
}

/** Bytes that are valid UTF-8 are read as such. What no byte can be is text already. */
function decoded(text: string): string {
  if (/[^\0-\xff]/.test(text)) return text;
  const utf8 = Buffer.from(text, "latin1").toString("utf8");
  return utf8.includes("\ufffd") ? text : utf8;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const control = (code < 0x20 && character !== "\t") || (code >= 0x7f && code < 0xa0);
  // Bidirectional overrides and zero-width characters can make a line look like another.
  const deceptive =
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0xfeff;
  return control || deceptive ? `\\u{${code.toString(16)}}` : character;
}
