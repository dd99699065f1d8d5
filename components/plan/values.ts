/** A value as OpenSSH counts it: `5m` and `3m30` are seconds. */
export function seconds(value: string): number {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
  const parts = [...value.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  return parts.reduce((total, [, count, unit]) => total + Number(count) * (units[unit || "s"] as number), 0);
}

/** Whether a release of OpenSSH is known to be older than another. */
export function isOlder(version: string, major: number, minor: number): boolean {
  const [, itsMajor, itsMinor] = /^OpenSSH_(\d+)\.(\d+)/.exec(version) ?? [];
  if (itsMajor === undefined) return false;
  return Number(itsMajor) < major || (Number(itsMajor) === major && Number(itsMinor) < minor);
}
