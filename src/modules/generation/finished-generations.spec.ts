import { beforeEach, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../contracts/principal.js';
import { FinishedGenerations, type FinishedGeneration } from './finished-generations.js';

const TTL_MS = 300_000;
/** So long that the rest of a record does not count, and that it has a shelf of its own. */
const LARGE = 'x'.repeat(40_000);
const LARGE_BYTES = 42_000;

describe(FinishedGenerations.name, () => {
  let now: number;
  beforeEach(() => (now = 1_000));

  const create = (maxBytes: number) => new FinishedGenerations(maxBytes, TTL_MS, () => now);
  const record = (id: string, log = ''): FinishedGeneration => ({
    head: { id, created: 0, model: 'phi3', agent: undefined, choices: 1 },
    owner: ANONYMOUS,
    profile: 'generic',
    outcome: { status: 'finished', finishReasons: ['stop'] },
    durationMs: 5,
    backend: 'ollama',
    usage: { promptTokens: 3 },
    count: 0,
    log,
  });
  const put = (finished: FinishedGenerations, { log, ...facts }: FinishedGeneration) =>
    finished.add(facts, log);
  const present = (finished: FinishedGenerations, ids: string) =>
    [...ids].filter((id) => finished.find(id) !== undefined).join('');

  it('finds what was added, byte for byte, and nothing else', () => {
    const finished = create(1_000_000);
    const all = [
      { ...record('a', 'text\n\\u00e9 \xc3\xa9'), profile: 'é👋' },
      { ...record('b'), outcome: { status: 'cancelled', reason: 'client_gone' } as const },
      record('c', LARGE),
      record('d', '\x01'.repeat(200_000)),
    ];
    for (const added of all) put(finished, added);

    for (const added of all) expect(finished.find(added.head.id)).toEqual(added);
    expect(finished.find('e')).toBeUndefined();
  });

  it('forgets the oldest first to stay within its bytes', () => {
    const finished = create(3 * LARGE_BYTES);
    for (const id of 'abc') put(finished, record(id, LARGE));
    expect(present(finished, 'abc')).toBe('abc');

    put(finished, record('d', LARGE));
    expect(present(finished, 'abcd')).toBe('bcd');
    put(finished, record('e', 'x'.repeat(2 * LARGE_BYTES - 3_000)));
    expect(present(finished, 'bcde')).toBe('de');
  });

  it('keeps small ones together, as many as the bytes allow', () => {
    const finished = create(320_000);
    for (let i = 0; i < 10_000; i++) put(finished, record(`id-${i}`, 'x'.repeat(100)));

    const kept = Array.from({ length: 10_000 }, (_, i) => finished.find(`id-${i}`) !== undefined);
    const first = kept.indexOf(true);
    expect(kept.slice(first).every((found) => found)).toBe(true);
    expect((kept.length - first) * 500).toBeGreaterThan(300_000);
    expect((kept.length - first) * 300).toBeLessThan(320_000);
  });

  it('keeps nothing that is larger than all of it', () => {
    const finished = create(LARGE_BYTES);
    put(finished, record('a'));
    put(finished, record('b', 'x'.repeat(LARGE_BYTES)));
    put(finished, record('c'));

    expect(present(finished, 'abc')).toBe('c');
  });

  it('forgets what is too old', () => {
    const finished = create(1_000_000);
    put(finished, record('a'));
    now += 1;
    put(finished, record('b'));

    now += TTL_MS - 2;
    expect(present(finished, 'ab')).toBe('ab');
    now += 1;
    expect(present(finished, 'ab')).toBe('b');
    now += 1;
    put(finished, record('c'));
    expect(present(finished, 'abc')).toBe('c');
  });

  it('keeps nothing at all when it may not', () => {
    const finished = create(0);
    put(finished, record('a'));

    expect(finished.find('a')).toBeUndefined();
  });
});
