import { describe, expect, it } from 'vitest';
import { usageEntry as entry } from './testing/usage-entry.js';
import { UsageBook } from './usage-book.js';

describe(UsageBook.name, () => {
  it('sums up what is of the same user, key, model and day', () => {
    const book = new UsageBook();
    book.open();
    book.add(entry());
    book.add(entry({ completionTokens: 7, unpriced: 1 }));
    book.add(entry({ day: '2026-07-02' }));
    expect(book.take(2)).toEqual([
      entry({ requests: 2, promptTokens: 20, completionTokens: 12, cost: 6, unpriced: 1 }),
      entry({ day: '2026-07-02' }),
    ]);
    expect(book.size).toBe(0);
  });

  it('keeps apart what is of another device, agent or endpoint, and sums up either', () => {
    const book = new UsageBook();
    book.open();
    for (const more of [{ device: 'phone' }, { agent: 'writer' }, { endpoint: 'GET /ws' }]) {
      book.add(entry(more));
      expect(book.sumOf({ tenant: 'acme', ...more })).toEqual({ tokens: 15, cost: 3 });
    }
    expect([book.size, book.sumOf({ tenant: 'acme' }).tokens]).toEqual([3, 45]);
  });

  it('has one entry for what becomes the same when it is made fit for the table', () => {
    const book = new UsageBook();
    book.open();
    for (const user of ['a\ud800', 'a\udfff', 'a\ufffd', '\0a\ufffd']) book.add(entry({ user }));
    expect(book.take(10)).toEqual([
      entry({ user: 'a\ufffd', requests: 4, promptTokens: 40, completionTokens: 20, cost: 12 }),
    ]);
  });

  it('hands over so many at most, and goes on with the rest', () => {
    const book = new UsageBook();
    book.open();
    for (const user of ['ada', 'bob', 'eve']) book.add(entry({ user }));
    expect(book.take(2).map(({ user }) => user)).toEqual(['ada', 'bob']);
    book.add(entry({ user: 'eve' }));
    expect(book.take(2)).toEqual([
      entry({ user: 'eve', requests: 2, promptTokens: 20, completionTokens: 10, cost: 6 }),
    ]);
  });

  it('keeps nothing where nobody takes it', () => {
    const book = new UsageBook();
    book.add(entry());
    expect(book.size).toBe(0);
  });

  it('has room for so many, and counts what it lost', () => {
    const book = new UsageBook();
    book.open();
    for (let at = 0; at < 100_002; at++) book.add(entry({ user: `user-${at}` }));
    book.add(entry({ user: 'user-0' }));
    expect([book.size, book.lost]).toEqual([100_000, 2]);
  });
});
