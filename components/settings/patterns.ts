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
