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

/** Format characters turn a line around or hide in it, and separators end it where only some see that. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function escaped(character: string): string {
  if (character === "\t" || !UNSAFE.test(character)) return character;
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
