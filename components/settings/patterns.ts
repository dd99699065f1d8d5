/**
 * Whether a name is in a pattern list as in ssh_config(5): some pattern matches it, and none that is negated.
 * `*` is any characters, `?` is one, `!` negates. Case does not matter.
 */
export function matchesPatterns(patterns: string[], name: string): boolean {
  const matches = (pattern: string) => {
    const literal = pattern.toLowerCase().replace(/[^a-z0-9*?]/g, "\\$&");
    return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name.toLowerCase());
  };
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))
  );
}
