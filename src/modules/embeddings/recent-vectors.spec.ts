import { describe, expect, it } from 'vitest';
import { RecentVectors } from './recent-vectors.js';
import { Vector } from './vector.js';

const TTL_MS = 1_000;
/** What one of these counts. */
const SIZE = 6 * 8 + 400;
const vector = (number: number) => Vector.of(Float32Array.of(number), 1);

describe(RecentVectors.name, () => {
  it('lets go of what was used longest ago', () => {
    const recent = new RecentVectors(TTL_MS, 2 * SIZE, () => 0);
    recent.set('a', vector(1));
    recent.set('b', vector(2));
    expect(recent.get('a')).toEqual(vector(1));
    recent.set('c', vector(3));
    expect(['a', 'b', 'c'].map((key) => recent.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('keeps what is used again and again, however much comes', () => {
    const recent = new RecentVectors(TTL_MS, 8 * SIZE, () => 0);
    recent.set('a', vector(1));
    for (let number = 0; number < 100; number++) {
      recent.set(`b${number}`, vector(number));
      expect(recent.get('a')).toEqual(vector(1));
    }
  });

  it('keeps no more in memory than it may of vectors that are next to nothing', () => {
    const most = 4 * 1024 * 1024;
    const recent = new RecentVectors(TTL_MS, most, () => 0);
    const one = vector(1);
    const key = (number: number) => `citadel:vector:1:${'x'.repeat(43)}${number}`;
    let kept = 0;
    for (let number = 0; number < 50_000; number++) recent.set(key(number), one);
    for (let number = 0; number < 50_000; number++) if (recent.get(key(number)) !== undefined) kept++;
    // A key, a place in a map and three objects take more than three hundred bytes.
    expect(kept * 300).toBeLessThan(most);
    expect(kept).toBeGreaterThan(0);
  });

  it('counts what is set again once', () => {
    const recent = new RecentVectors(TTL_MS, 2 * SIZE, () => 0);
    recent.set('a', vector(1));
    for (let i = 0; i < 5; i++) recent.set('b', vector(i));
    expect([recent.get('a'), recent.get('b')]).toEqual([vector(1), vector(4)]);
  });

  it('forgets what is too old', () => {
    let now = 0;
    const recent = new RecentVectors(TTL_MS, 10 * SIZE, () => now);
    recent.set('a', vector(1));
    now = TTL_MS - 1;
    expect(recent.get('a')).toEqual(vector(1));
    now = TTL_MS;
    expect(recent.get('a')).toBeUndefined();
  });
});
