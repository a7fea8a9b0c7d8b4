/** The first that knows `GETDEL` and `XADD … NOMKSTREAM`. */
export const LEAST_VERSION = '6.2';

/** Whether a Redis of this version lacks what is asked of it. One that says none is taken to have all. */
export function isTooOld(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  const [leastMajor, leastMinor] = LEAST_VERSION.split('.').map(Number) as [number, number];
  if (major === undefined || Number(major) > leastMajor) return false;
  return Number(major) < leastMajor || Number(minor) < leastMinor;
}
