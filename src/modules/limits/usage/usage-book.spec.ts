import { describe, expect, it } from 'vitest';
import { UsageBook, type UsageEntry } from './usage-book.js';

const entry = (more: Partial<UsageEntry> = {}): UsageEntry => ({
  tenant: 'acme',
  user: 'ada',
  key: '',
  model: 'phi3',
  day: '2026-07-01',
  requests: 1,
  promptTokens: 10,
  completionTokens: 5,
  cost: 3,
  unpriced: 0,
  ...more,
});

describe(UsageBook.name, () => {
  it('sums up what is of the same user, key, model and day', () => {
    const book = new UsageBook();
    book.open();
    book.add(entry());
    book.add(entry({ completionTokens: 7, unpriced: 1 }));
    book.add(entry({ day: '2026-07-02' }));
    expect(book.take()).toEqual([
      entry({ requests: 2, promptTokens: 20, completionTokens: 12, cost: 6, unpriced: 1 }),
      entry({ day: '2026-07-02' }),
    ]);
    expect(book.size).toBe(0);
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
