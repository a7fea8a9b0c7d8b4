import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
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
  /** Users whose entries the table does not take: a batch with one of them is refused whole. */
  readonly refused = new Set<string>();
  forgotten = 0;
  /** Runs between the question for a sum and what it sees. */
  onTheWay: () => Promise<void> = () => Promise.resolve();
  /** Runs between what it sees and its answer. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  private readonly kept = new Map<number, UsageBatch>();

  get tokens(): number {
    return [...this.kept.values()].reduce((sum, batch) => sum + tokensOf(batch), 0);
  }

  add(batch: UsageBatch): Promise<void> {
    this.tried.push(batch);
    if (batch.entries.some(({ user }) => this.refused.has(user)))
      return Promise.reject(Object.assign(new Error('index row too large'), { code: '54000' }));
    if (this.fails !== 'before' && !this.kept.has(batch.number)) this.kept.set(batch.number, batch);
    return this.fails === 'never' ? Promise.resolve() : Promise.reject(new Error('Connection terminated'));
  }

  /** As the statement sees it when it begins, however long it takes. */
  async sum(): Promise<{ tokens: number; cost: number; batch: number }> {
    await this.onTheWay();
    const seen = { tokens: this.tokens, cost: 0, batch: Math.max(0, ...this.kept.keys()) };
    await this.meanwhile();
    return seen;
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

  let error: MockInstance<Logger['error']>;

  beforeEach(() => {
    error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
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
  afterEach(() => vi.restoreAllMocks());

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

  it('writes while somebody asks what was used, who meets it once', async () => {
    book.add(usageEntry());
    rows.meanwhile = () => writer.write();
    expect((await history.sum(ACME)).tokens).toBe(15);
    expect(rows.tokens).toBe(15);
  });

  it('asks again where something was written before the question came to the table', async () => {
    book.add(usageEntry());
    rows.onTheWay = () => writer.write();
    expect((await history.sum(ACME)).tokens).toBe(15);
    expect(rows.tokens).toBe(15);
  });

  it('does not ask for ever, and does not tell what it does not know', async () => {
    let asked = 0;
    rows.onTheWay = () => {
      asked++;
      book.add(usageEntry());
      return writer.write();
    };
    await expect(history.sum(ACME)).rejects.toMatchObject({ code: 'dependency_unavailable' });
    expect(asked).toBeLessThan(20);
  });

  it('tells what was used while a writing takes long', async () => {
    let arrive = () => {};
    const add = rows.add.bind(rows);
    rows.add = async (batch) => {
      await new Promise<void>((resolve) => (arrive = resolve));
      return add(batch);
    };
    book.add(usageEntry());
    const written = writer.write();
    expect((await history.sum(ACME)).tokens).toBe(15);
    arrive();
    await written;
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

  describe('with an entry that the table does not take', () => {
    beforeEach(() => {
      for (const user of ['ada', 'bad', 'bob', 'eve', 'kim']) book.add(usageEntry({ user }));
      rows.refused.add('bad');
    });

    it('writes all others, once, and goes on', async () => {
      await writer.write();
      expect(rows.tokens).toBe(60);
      book.add(usageEntry({ user: 'ada' }));
      await writer.write();
      expect(rows.tokens).toBe(75);
      expect((await history.sum(ACME)).tokens).toBe(75);
    });

    it('says once whose it was and how much, and not by which key', async () => {
      book.add(usageEntry({ user: 'bad', key: 'key-1' }));
      rows.refused.add('kim');
      await writer.write();
      await writer.write();
      const told = error.mock.calls.map(([what]) => what as object);
      expect(told).toHaveLength(3);
      expect(told[0]).toMatchObject({
        err: 'index row too large (54000)',
        tenant: 'acme',
        user: 'bad',
        requests: 1,
      });
      expect(JSON.stringify(told)).not.toContain('key-1');
    });

    it('forgets nothing where the database goes away in between', async () => {
      const add = rows.add.bind(rows);
      rows.add = (batch) => {
        rows.fails = batch.entries.length < 3 ? 'after' : 'never';
        return add(batch);
      };
      await writer.write();
      expect((await history.sum(ACME)).tokens).toBeGreaterThanOrEqual(60);
      rows.add = add;
      rows.fails = 'never';
      await writer.write();
      expect(rows.tokens).toBe(60);
    });
  });

  it('gives a batch up before its number is forgotten, and says so', async () => {
    const now = vi.spyOn(Date, 'now').mockReturnValue(0);
    rows.fails = 'before';
    book.add(usageEntry());
    await writer.write();
    now.mockReturnValue(19 * 3_600_000);
    await writer.write();
    expect(error).not.toHaveBeenCalled();
    rows.fails = 'never';
    now.mockReturnValue(21 * 3_600_000);
    book.add(usageEntry({ user: 'bob', promptTokens: 0 }));
    await writer.write();
    expect(rows.tokens).toBe(5);
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]![0]).toMatchObject({ entries: 1 });
  });

  it('says at the end how much could not be written', async () => {
    rows.fails = 'before';
    book.add(usageEntry());
    await writer.write();
    book.add(usageEntry({ user: 'bob' }));
    book.lost = 7;
    await close();
    expect(error.mock.calls.map(([what]) => what as object)).toEqual([{ unwritten: 2, withoutRoom: 7 }]);
  });

  it('says nothing at the end when all is written', async () => {
    book.add(usageEntry());
    await close();
    expect(rows.tokens).toBe(15);
    expect(error).not.toHaveBeenCalled();
  });
});
