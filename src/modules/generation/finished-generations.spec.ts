import { beforeEach, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../contracts/principal.js';
import { FinishedGenerations, type FinishedGeneration } from './finished-generations.js';

/** What a record of an empty log is counted as. */
const EMPTY_BYTES = 600;
const TTL_MS = 300_000;

describe(FinishedGenerations.name, () => {
  let now: number;
  beforeEach(() => (now = 1_000));

  const create = (maxBytes: number) => new FinishedGenerations(maxBytes, TTL_MS, () => now);
  const record = (id: string, log = ''): FinishedGeneration => ({
    head: { id, created: 0, model: 'phi3', agent: undefined, choices: 1 },
    owner: ANONYMOUS,
    profile: 'generic',
    outcome: { status: 'finished', finishReasons: ['stop'] },
    usage: {},
    log,
    count: 0,
    endedAt: now,
  });
  const present = (finished: FinishedGenerations, ids: string) =>
    [...ids].filter((id) => finished.find(id) !== undefined).join('');

  it('finds what was added, and nothing else', () => {
    const finished = create(10_000);
    const added = record('a', 'text');
    finished.add(added);

    expect(finished.find('a')).toBe(added);
    expect(finished.find('b')).toBeUndefined();
  });

  it('forgets the oldest first, and no more than it must, to stay within its bytes', () => {
    const finished = create(3 * EMPTY_BYTES + 30);
    for (const id of 'abc') finished.add(record(id, 'x'.repeat(10)));
    expect(present(finished, 'abc')).toBe('abc');

    finished.add(record('d'));
    expect(present(finished, 'abcd')).toBe('bcd');
    finished.add(record('e', 'x'.repeat(EMPTY_BYTES)));
    expect(present(finished, 'bcde')).toBe('de');
  });

  it('keeps nothing that is larger than all of it', () => {
    const finished = create(1_000);
    finished.add(record('a'));
    finished.add(record('b', 'x'.repeat(1_000)));
    finished.add(record('c'));

    expect(present(finished, 'abc')).toBe('c');
  });

  it('forgets what is too old when it is asked for, and all of it when something is added', () => {
    const finished = create(2 * EMPTY_BYTES);
    finished.add(record('a'));
    now += 1;
    finished.add(record('b'));

    now += TTL_MS - 2;
    expect(present(finished, 'ab')).toBe('ab');
    now += 1;
    expect(present(finished, 'ab')).toBe('b');
    now += 1;
    finished.add(record('c'));
    finished.add(record('d'));
    expect(present(finished, 'abcd')).toBe('cd');
  });

  it('keeps nothing at all when it may not', () => {
    const finished = create(0);
    finished.add(record('a'));

    expect(finished.find('a')).toBeUndefined();
  });
});
