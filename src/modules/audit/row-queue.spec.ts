import { describe, expect, it } from 'vitest';
import { RowQueue } from './row-queue.js';

const row = (text: string) => Buffer.from(text);
const ALL = { rows: Infinity, bytes: Infinity };

describe(RowQueue.name, () => {
  it('gives rows in the order in which they came', () => {
    const queue = new RowQueue({ rows: 5_000, bytes: 1_000_000 });
    for (let number = 0; number < 3_000; number += 1) queue.add(row(String(number)));
    expect(queue.take({ rows: 1_500, bytes: 1_000_000 })).toHaveLength(1_500);
    queue.add(row('last'));
    const rest = queue.take(ALL).map(String);
    expect(rest[0]).toBe('1500');
    expect(rest.at(-1)).toBe('last');
    expect(rest).toHaveLength(1_501);
    expect(queue.length).toBe(0);
  });

  it('keeps a batch within its bytes, but never empty', () => {
    const queue = new RowQueue(ALL);
    for (const text of ['aaaaaa', 'bb', 'cc', 'dd']) queue.add(row(text));
    expect(queue.take({ rows: 9, bytes: 5 }).map(String)).toEqual(['aaaaaa']);
    expect(queue.take({ rows: 9, bytes: 5 }).map(String)).toEqual(['bb', 'cc']);
  });

  it('lets the oldest go when there are too many', () => {
    const queue = new RowQueue({ rows: 2, bytes: 100 });
    expect([queue.add(row('a')), queue.add(row('b')), queue.add(row('c'))]).toEqual([0, 0, 1]);
    expect(queue.take(ALL).map(String)).toEqual(['b', 'c']);
  });

  it('lets the oldest go when they are too big', () => {
    const queue = new RowQueue({ rows: 100, bytes: 4 });
    expect([queue.add(row('aa')), queue.add(row('bb')), queue.add(row('cccc'))]).toEqual([0, 0, 2]);
    expect(queue.add(row('too big'))).toBe(2);
    expect(queue.length).toBe(0);
  });

  it('takes a batch back to its place', () => {
    const queue = new RowQueue({ rows: 3, bytes: 100 });
    for (const text of ['a', 'b', 'c']) queue.add(row(text));
    const batch = queue.take({ rows: 2, bytes: 100 });
    queue.add(row('d'));
    expect(queue.putBack(batch)).toBe(1);
    expect(queue.take(ALL).map(String)).toEqual(['b', 'c', 'd']);
  });
});
