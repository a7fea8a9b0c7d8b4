import { describe, expect, it } from 'vitest';
import { toTimestamp } from './timestamp.js';

describe(toTimestamp.name, () => {
  it.each([
    ['2026-07-01T10:00:00Z', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01T10:00:00.123456Z', '2026-07-01T10:00:00.123Z'],
    ['2026-07-01T10:00:00,5z', '2026-07-01T10:00:00.500Z'],
    ['2026-07-01T10:00:00+02:00', '2026-07-01T08:00:00.000Z'],
    ['2026-07-01T10:00', '2026-07-01T10:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('reads %s', (text, time) => {
    expect(toTimestamp(text)?.toISOString()).toBe(time);
  });

  it.each([
    ['nothing', ''],
    ['words', 'yesterday'],
    ['a number', '1751364000'],
    ['a day there is not', '2026-02-30'],
    ['a month there is not', '2026-13-01'],
    ['a second there is not', '2026-07-01T10:00:61Z'],
    ['a plus that became a space', '2026-07-01T10:00:00 02:00'],
    ['a year there was not', '0000-01-01'],
    ['more than a time', '2026-07-01T10:00:00Z; DROP'],
  ])('refuses %s', (_, text) => {
    expect(toTimestamp(text)).toBeUndefined();
  });
});
