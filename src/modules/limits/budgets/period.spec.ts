import { describe, expect, it } from 'vitest';
import { spanOf } from './period.js';

const at = (time: string) => Date.parse(time);

describe(spanOf.name, () => {
  it.each([
    ['day', '2026-12-31T23:59:59.999Z', '2026-12-31', '2026-12-31', '2027-01-01'],
    ['day', '2028-02-28T00:00:00Z', '2028-02-28', '2028-02-28', '2028-02-29'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12', '2026-12-01', '2027-01-01'],
    ['month', '2026-02-01T00:00:00Z', '2026-02', '2026-02-01', '2026-03-01'],
  ] as const)('of a %s at %s', (period, now, name, firstDay, ends) =>
    expect(spanOf(period, at(now))).toEqual({ name, firstDay, endsAt: at(ends) }),
  );

  it('of all time has no borders', () =>
    expect(spanOf('total', 0)).toEqual({ name: 'total', firstDay: undefined, endsAt: undefined }));
});
