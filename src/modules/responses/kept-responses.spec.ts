import { beforeEach, describe, expect, it } from 'vitest';
import { KeptResponses, type KeptResponse } from './kept-responses.js';

const TTL_MS = 300_000;
/** So long that the rest does not count. */
const LARGE = 'x'.repeat(10_000);
const LARGE_BYTES = 10_500;

describe(KeptResponses.name, () => {
  let now: number;
  beforeEach(() => (now = 1_000));

  const create = (maxBytes = 1_000_000) => new KeptResponses(maxBytes, TTL_MS, () => now);
  const asked = (instructions = ''): KeptResponse => ({
    tenant: 'default',
    user: 'ada',
    echo: { instructions },
    items: [],
    background: false,
  });
  const present = (kept: KeptResponses, ids: string) =>
    [...ids].filter((id) => kept.find(id) !== undefined).join('');

  it('finds what was added until it is deleted', () => {
    const kept = create();
    kept.add('a', asked('é👋'), false);
    expect(kept.find('a')).toEqual(asked('é👋'));
    kept.delete('a');
    kept.delete('a');
    expect(kept.find('a')).toBeUndefined();
  });

  it('counts the time from the end', () => {
    const kept = create();
    kept.add('a', asked(), false);
    kept.add('b', asked(), true);
    now += TTL_MS;
    expect(present(kept, 'ab')).toBe('a');
    kept.ended('a');
    kept.ended('missing');
    now += TTL_MS - 1;
    expect(present(kept, 'ab')).toBe('a');
    now += 1;
    expect(present(kept, 'ab')).toBe('');
  });

  it('forgets the oldest first to stay within its bytes', () => {
    const kept = create(3 * LARGE_BYTES);
    for (const id of 'abc') kept.add(id, asked(LARGE), true);
    expect(present(kept, 'abc')).toBe('abc');
    kept.add('d', asked(LARGE), false);
    expect(present(kept, 'abcd')).toBe('bcd');
    // Who ends later goes later.
    kept.ended('b');
    kept.add('e', asked(LARGE), true);
    expect(present(kept, 'bcde')).toBe('bde');
  });

  it('keeps nothing that is larger than all of it', () => {
    const kept = create(LARGE_BYTES);
    kept.add('a', asked(LARGE.repeat(2)), true);
    kept.add('b', asked(), true);
    expect(present(kept, 'ab')).toBe('b');
  });
});
