import { beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseConnection, GatewayDataSource } from '../../../infrastructure/database/index.js';
import { UsageBook } from './usage-book.js';
import type { UsageBatch } from './usage-batch.js';
import { usageEntry } from './testing/usage-entry.js';
import { UsageHistory } from './usage-history.js';
import type { UsageRows } from './usage-rows.js';
import { UsageWriter } from './usage-writer.js';
import type { UsageOf } from './used-before.js';

/** Keeps what it is given once, as the table does, and may fail before or after. */
class FakeRows {
  readonly tried: UsageBatch[] = [];
  fails: 'never' | 'before' | 'after' = 'never';
  forgotten = 0;
  /** Runs between the question for a sum and its answer. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  private readonly kept = new Map<number, UsageBatch>();

  get tokens(): number {
    return [...this.kept.values()].reduce((sum, batch) => sum + tokensOf(batch), 0);
  }

  add(batch: UsageBatch): Promise<void> {
    this.tried.push(batch);
    if (this.fails !== 'before' && !this.kept.has(batch.number)) this.kept.set(batch.number, batch);
    return this.fails === 'never' ? Promise.resolve() : Promise.reject(new Error('Connection terminated'));
  }

  async sum(): Promise<{ tokens: number; cost: number; batch: number }> {
    const last = Math.max(0, ...this.kept.keys());
    await Promise.resolve();
    await this.meanwhile();
    return { tokens: this.tokens, cost: 0, batch: last };
  }

  forgetWriters(): Promise<void> {
    this.forgotten++;
    return Promise.resolve();
  }
}

const tokensOf = ({ entries }: UsageBatch) =>
  entries.reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0);

describe(UsageWriter.name, () => {
  const ACME: UsageOf = { tenant: 'acme' };
  let book: UsageBook;
  let rows: FakeRows;
  let history: UsageHistory;
  let writer: UsageWriter;
  let close: () => Promise<void>;

  beforeEach(() => {
    book = new UsageBook();
    rows = new FakeRows();
    history = new UsageHistory();
    writer = new UsageWriter(
      book,
      history,
      rows as unknown as UsageRows,
      { state: 'ready' } as DatabaseConnection,
      { beforeClose: (hook: () => Promise<void>) => (close = hook) } as unknown as GatewayDataSource,
    );
    writer.onModuleInit();
    return () => close();
  });

  it('brings the same batch again, under the same number, while nobody knows whether it arrived', async () => {
    rows.fails = 'after';
    book.add(usageEntry({ user: 'ada' }));
    await writer.write();
    book.add(usageEntry({ user: 'ada' }));
    book.add(usageEntry({ user: 'bob' }));
    await writer.write();
    rows.fails = 'never';
    await writer.write();
    const [first, second, third, ...more] = rows.tried;
    expect([second, third]).toEqual([first, first]);
    expect(more.map(({ number, entries }) => [number, entries.map(({ user }) => user)])).toEqual([
      [first!.number + 1, ['ada', 'bob']],
    ]);
    expect(rows.tokens).toBe(45);
  });

  it('tells what was used once, whether the answer to a write was lost or the write', async () => {
    book.add(usageEntry());
    for (const fails of ['before', 'after'] as const) {
      rows.fails = fails;
      await writer.write();
      expect(await history.sum(ACME)).toEqual({ tokens: 15, cost: fails === 'before' ? 3 : 0 });
    }
    rows.fails = 'never';
    await writer.write();
    expect((await history.sum(ACME)).tokens).toBe(15);
  });

  it('tells only what is meant of what waits', async () => {
    rows.fails = 'before';
    book.add(usageEntry());
    book.add(usageEntry({ user: 'bob' }));
    book.add(usageEntry({ tenant: 'other' }));
    await writer.write();
    book.add(usageEntry({ day: '2026-07-02' }));
    expect((await history.sum({ tenant: 'acme', user: 'ada' })).tokens).toBe(30);
    expect((await history.sum({ tenant: 'acme', from: '2026-07-02' })).tokens).toBe(15);
  });

  it('does not write while somebody asks what was used, who would meet it twice', async () => {
    book.add(usageEntry());
    rows.meanwhile = async () => {
      void writer.write();
      for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    };
    expect((await history.sum(ACME)).tokens).toBe(15);
    await writer.write();
    expect(rows.tokens).toBe(15);
  });

  it('writes a great deal in batches of a bounded size, each with a number of its own', async () => {
    for (let at = 0; at < 2_500; at++) book.add(usageEntry({ user: `user-${at}` }));
    await writer.write();
    expect(rows.tried.map(({ entries }) => entries.length)).toEqual([1_000, 1_000, 500]);
    expect(new Set(rows.tried.map(({ number }) => number)).size).toBe(3);
    expect(book.size).toBe(0);
  });

  it('clears numbers that nobody needs any more when it begins, and not with every batch', async () => {
    for (let at = 0; at < 3; at++) {
      book.add(usageEntry());
      await writer.write();
    }
    expect(rows.forgotten).toBe(1);
  });
});
