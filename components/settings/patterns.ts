/**
 * Whether a name is in a pattern list as in ssh_config(5): some pattern matches it, and none that is negated.
 * `*` is any characters, `?` is one, `!` negates. Case matters, as it does to ssh on a Host line.
 */
export function matchesPatterns(patterns: string[], name: string): boolean {
  const matches = (pattern: string) => matchesWildcards(pattern, name);
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))
  );
}

/**
 * Whether a text is what a pattern with `*` and `?` describes. Patterns come from hosts as well: a regular expression made
 * of one with many stars would take longer than anybody waits.
 */
export function matchesWildcards(wildcards: string, name: string): boolean {
  const [pattern, text] = [[...wildcards], [...name]];
  let [at, from, star, taken] = [0, 0, -1, 0];
  while (from < text.length) {
    if (pattern[at] === "*") {
      star = at++;
      taken = from;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++taken;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/** The host that ssh is asked about where a setting is for all: one for which nobody writes a section. */
const ANY_HOST = "ssh-keepalive.invalid";

/**
 * A host that patterns are for, to ask ssh about, as in `ssh-keepalive.example` for `*.example`; undefined where each
 * that a pattern suggests is negated by another.
 */
export function probeHost(patterns: string[] = ["*"]): string | undefined {
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!"));
  const fillings = ["ssh-keepalive", "x", "0", "ssh-keepalive.example"];
  const candidates = wanted.flatMap((pattern) =>
    pattern === "*" ? [ANY_HOST] : fillings.map((filling) => pattern.replaceAll("*", filling).replaceAll("?", "x")),
  );
  return candidates.find((host) => matchesPatterns(patterns, host));
}
