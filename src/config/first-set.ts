/**
 * The first value that is set; the last one is the default. Unlike `??` it looks at all of them, so a setting that is outranked
 * is checked as well, and its key counts as known.
 */
export function firstSet<T>(...values: readonly [...(T | undefined)[], T]): T {
  return values.find((value) => value !== undefined) as T;
}
