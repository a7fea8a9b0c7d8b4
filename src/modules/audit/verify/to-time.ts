/**
 * Seconds since the epoch as PostgreSQL writes them, in the words of `Date.toISOString`; as they came when they are no
 * time to the millisecond.
 */
export function toTime(epochSeconds: string): string {
  const ms = Math.round(Number(epochSeconds) * 1000);
  const isExact = /^-?\d+(?:\.\d{3}0*)?$/.test(epochSeconds) && Math.abs(ms) <= 8.64e15;
  return isExact ? new Date(ms).toISOString() : epochSeconds;
}
