import type { Stall } from './faults.js';

/** Reads one value of a model name. Undefined when it is none of its kind. */
export type ReadValue<T> = (value: string) => T | undefined;

const MAX_STALL_MS = 3_600_000;
const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

export const toNumber =
  (min: number, max: number): ReadValue<number> =>
  (value) => {
    if (!/^-?\d+(?:\.\d+)?$/.test(value)) return undefined;
    const number = Number(value);
    return number >= min && number <= max ? number : undefined;
  };

export const toInteger =
  (min: number, max: number): ReadValue<number> =>
  (value) =>
    /^-?\d+$/.test(value) ? toNumber(min, max)(value) : undefined;

/** `5` or `5:3s`: after how many pieces, and for how long. */
export const toStall =
  (maxPieces: number): ReadValue<Stall> =>
  (value) => {
    const [pieces = '', duration, ...rest] = value.split(':');
    const after = toInteger(0, maxPieces)(pieces);
    if (after === undefined || rest.length > 0) return undefined;
    if (duration === undefined) return { after, forMs: undefined };
    const forMs = toMilliseconds(duration);
    return forMs === undefined ? undefined : { after, forMs };
  };

function toMilliseconds(duration: string): number | undefined {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(duration) ?? [];
  const ms = Number(amount) * (MS_PER_UNIT[unit] ?? NaN);
  return ms <= MAX_STALL_MS ? ms : undefined;
}
