import { existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";

/** A file that no test makes: whoever takes a text for code makes it. */
export class Canary {
  readonly name = `ssh-keepalive-canary-${process.pid}`;
  readonly path: string;
  private readonly places: string[];

  /** @param folders where a shell may stand that runs a text with a relative path in it. */
  constructor(...folders: [string, ...string[]]) {
    this.path = join(folders[0], this.name);
    this.places = [...folders, process.cwd(), homedir(), "/", "/tmp"].map((folder) => join(folder, this.name));
  }

  /** @throws if something ran. */
  requireNone(): void {
    const made = this.places.filter((place) => existsSync(place));
    for (const place of made) rmSync(place, { force: true });
    if (made.length > 0) throw new Error(`a text was run: it made ${made.join(", ")}`);
  }

  /** Texts that make the file where they are run by a shell, awk, sed or ssh, with a path that a file's name can have, too. */
  commands(path = this.path): string[] {
    return [
      `$(>${path})`,
      `$(touch ${path})`,
      `\`>${path}\``,
      `\`touch ${path}\``,
      `;>${path};`,
      `|tee ${path}`,
      `||touch ${path}`,
      `&>${path}&`,
      `&&touch ${path}`,
      `\n>${path}\n`,
      `\ntouch ${path}\n`,
      `';>${path};'`,
      `";>${path};"`,
      `'"$(>${path})"'`,
      `$\{x:=$(>${path})}`,
      `\${IFS}touch\${IFS}${path}`,
      `"};BEGIN{system("touch ${path}")};{"`,
      `" | "touch ${path}`,
      `/e touch ${path}`,
      `\nSSH_KEEPALIVE_REQUEST\n>${path}\n`,
      `\nSSH_KEEPALIVE_USER\n>${path}\n`,
      `-oProxyCommand=touch ${path}`,
      `%(touch ${path})`,
      `x=$(>${path})`,
    ];
  }
}

/** What means something to a shell, awk, sed, printf, OpenSSH, the engine, JavaScript or a terminal. */
const MARKS = [
  ..."\\/&\"'$`;|<>(){}[]*?~!#%^=,:@ \t",
  ...[
    "$1",
    "$0",
    "$@",
    "\\1",
    "\\n",
    "\\\\",
    "\\/",
    "%n",
    "%s",
    "%h",
    "%%",
    "{a,b}",
    "[!a]",
    "..",
    "../../..",
    "-",
    "--",
    "-f",
  ],
  ...[
    "<{%reset%}>",
    "<{%fg 1%}>",
    "<{%pwned%}>",
    "<{%",
    "\u0024{fleet.effective}",
    "\u0024{ssh-keepalive:owner}",
    "fn::secret",
  ],
  ...["__proto__", "constructor", "toString", "end", "nothing", "document", "NaN", "null", "0x1f", "1e3", "08"],
  ...[
    "\0",
    "\r",
    "\n",
    "\b",
    "\x7f",
    "\x1b[2J",
    "\x1b]0;pwned\x07",
    "\x1bP+q\x1b\\",
    "\x9b31m",
    "\x9d0;pwned\x9c",
    "\x85",
  ],
  ...[
    "\u202e",
    "\u2066",
    "\u061c",
    "\u200b",
    "\u2060",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\u00ad",
    "\ufff9",
    "\u{e0041}",
    "\ud800",
  ],
  ...[
    "é",
    "東京",
    "\ufffd",
    "a",
    "web-1",
    "ClientAliveInterval 5",
    "Match all",
    "Host *",
    "# >>> ssh-keepalive server",
    "x".repeat(5000),
  ],
];

/** Texts of all these, alone, in a row or inside of plain words. */
export function hostileTexts(canary: Canary, path?: string): fc.Arbitrary<string> {
  const commands = fc.constantFrom(...canary.commands(path));
  const marks = fc.constantFrom(...MARKS);
  const word = fc.constantFrom("", "", "a", "*.example", "web-1", "!");
  return fc
    .tuple(
      word,
      fc.oneof(
        commands,
        marks,
        fc.tuple(marks, commands).map(joined),
        fc.array(marks, { minLength: 1, maxLength: 4 }).map(joined),
      ),
      word,
    )
    .map(joined);
}

const joined = (pieces: string[]) => pieces.join("");

/** A text as a file's bytes have it: one character a byte. */
export function bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const DIRECTIVE = /<\{%(fg [1236]|bold|reset)%\}>/g;

/**
 * Sees that a text can be shown: nothing for a terminal is in it, and no directive to the engine but the report's own.
 *
 * @throws what is wrong with it.
 */
export function requirePrintable(what: string, text: string, directives = false): void {
  const plain = directives ? text.replace(DIRECTIVE, "") : text;
  const odd = UNPRINTABLE.exec(plain) ?? /<\{%/.exec(plain);
  if (odd)
    throw new Error(
      `${what} has ${JSON.stringify(odd[0])} (${odd[0].codePointAt(0)?.toString(16)}): ${JSON.stringify(text.slice(Math.max(0, odd.index - 60), odd.index + 60))}`,
    );
}
