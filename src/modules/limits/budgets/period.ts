import type { BudgetPeriod } from '../../../config/index.js';

/** The time a budget counts in, in UTC. */
export interface Span {
  /** Such as `2026-07-01`, `2026-07` or `total`. */
  readonly name: string;
  /** Its first day; undefined where it has no beginning. */
  readonly firstDay: string | undefined;
  /** In milliseconds since 1970. */
  readonly endsAt: number | undefined;
}

export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

export function spanOf(period: BudgetPeriod, now: number): Span {
  if (period === 'total') return { name: 'total', firstDay: undefined, endsAt: undefined };
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (period === 'day') {
    const name = dayOf(now);
    return { name, firstDay: name, endsAt: Date.UTC(year, month, day + 1) };
  }
  const name = dayOf(now).slice(0, 7);
  return { name, firstDay: `${name}-01`, endsAt: Date.UTC(year, month + 1, 1) };
}
