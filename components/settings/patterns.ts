/**
 * Whether a name is in a pattern list as in ssh_config(5): some pattern matches it, and none that is negated.
 * `*` is any characters, `?` is one, `!` negates. Case matters, as it does to ssh on a Host line.
 */
export function matchesPatterns(patterns: string[], name: string): boolean {
  const matches = (pattern: string) => {
    const literal = pattern.replace(/[^A-Za-z0-9*?]/g, "\\$&");
    return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
  };
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))
  );
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
