import { Logger } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JournalWriter } from './journal-writer.js';

/** A database that takes what it is given as long as it is there. */
class FakeDatabase {
  readonly batches: string[][] = [];
  away = false;
  refuses = '';
  /** How long it takes over a batch. */
  delayMs = 0;
  running = 0;
  mostAtOnce = 0;

  readonly insert = async (batch: readonly Buffer[]): Promise<void> => {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.running);
    try {
      await new Promise((resolve) => setTimeout(resolve, this.delayMs));
      if (this.away) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      const texts = batch.map(String);
      if (this.refuses && texts.includes(this.refuses)) {
        throw new QueryFailedError('', [], Object.assign(new Error('no such value'), { code: '22P05' }));
      }
      this.batches.push(texts);
    } finally {
      this.running -= 1;
    }
  };

  get rows(): string[] {
    return this.batches.flat();
  }
}

describe(JournalWriter.name, () => {
  let database: FakeDatabase;
  let writer: JournalWriter;
  const add = (...names: (string | number)[]) => {
    for (const name of names) writer.add(Buffer.from(String(name)));
  };
  const numbers = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => String(from + index));

  beforeEach(() => {
    vi.useFakeTimers();
    Logger.overrideLogger(false);
    database = new FakeDatabase();
    writer = new JournalWriter(database.insert);
  });
  afterEach(() => {
    vi.useRealTimers();
    Logger.overrideLogger(['error', 'warn']);
  });

  it('writes the first row at once', async () => {
    add('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(database.batches).toEqual([['a']]);
    expect(writer.stats).toEqual({ written: 1, dropped: 0, pending: 0 });
  });

  it('writes together what came together', async () => {
    add('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(0);
    expect(database.batches).toEqual([['a', 'b', 'c']]);
  });

  it('gathers rows that keep coming for ten milliseconds at most', async () => {
    add('a');
    await vi.advanceTimersByTimeAsync(1);
    add('b');
    await vi.advanceTimersByTimeAsync(5);
    add('c');
    expect(database.batches).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5);
    expect(database.batches).toEqual([['a'], ['b', 'c']]);
  });

  it('does not gather more than a batch', async () => {
    add('a');
    await vi.advanceTimersByTimeAsync(0);
    add(...numbers(130));
    await vi.advanceTimersByTimeAsync(0);
    expect(database.batches[1]).toHaveLength(128);
  });

  it('runs one statement at a time', async () => {
    database.delayMs = 30;
    for (let round = 0; round < 10; round += 1) {
      add(...numbers(50));
      await vi.advanceTimersByTimeAsync(7);
    }
    await vi.advanceTimersByTimeAsync(500);
    expect(database.mostAtOnce).toBe(1);
    expect(database.rows).toHaveLength(500);
  });

  it('keeps rows and their order while the database is away', async () => {
    database.away = true;
    add(...numbers(200));
    await vi.advanceTimersByTimeAsync(5_000);
    add(...numbers(200, 200));
    expect(writer.stats).toEqual({ written: 0, dropped: 0, pending: 400 });
    database.away = false;
    await vi.advanceTimersByTimeAsync(2_100);
    expect(database.rows).toEqual(numbers(400));
  });

  it('tries again at once when told that the database is back', async () => {
    database.away = true;
    add('a');
    await vi.advanceTimersByTimeAsync(10_000);
    database.away = false;
    writer.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(database.rows).toEqual(['a']);
  });

  it('keeps the newest 10,000 rows and counts the others as dropped', async () => {
    database.away = true;
    add(...numbers(10_500));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writer.stats).toEqual({ written: 0, dropped: 500, pending: 10_000 });
    database.away = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(database.rows).toEqual(numbers(10_000, 500));
  });

  it('keeps no more than 64 MiB', async () => {
    database.away = true;
    for (let count = 0; count < 70; count += 1) writer.add(Buffer.alloc(1024 * 1024));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writer.stats).toMatchObject({ dropped: 6, pending: 64 });
  });

  it('says once that rows wait, that they are lost and that they are taken again', async () => {
    const logger = { log: vi.fn(), warn: vi.fn(), error: vi.fn() };
    Logger.overrideLogger(logger);
    database.away = true;
    add(...numbers(10_200));
    await vi.advanceTimersByTimeAsync(20_000);
    database.away = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    expect(logger.error).toHaveBeenCalledTimes(1);
    expect(logger.log).toHaveBeenCalledTimes(1);
  });

  it('drops the row that the database refuses and writes the others once', async () => {
    database.refuses = '77';
    add(...numbers(128));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(database.rows).toEqual(numbers(128).filter((name) => name !== '77'));
    expect(writer.stats).toEqual({ written: 127, dropped: 1, pending: 0 });
  });

  describe('drain', () => {
    it('writes out all there is', async () => {
      database.delayMs = 20;
      add(...numbers(300));
      const drained = writer.drain(5_000);
      await vi.advanceTimersByTimeAsync(100);
      await drained;
      expect(database.rows).toHaveLength(300);
      expect(writer.stats.pending).toBe(0);
    });

    it('gives up in time, and counts what is left and what still comes as dropped', async () => {
      database.away = true;
      add(...numbers(300));
      const drained = writer.drain(1_000);
      await vi.advanceTimersByTimeAsync(1_000);
      await drained;
      add('late');
      expect(writer.stats).toEqual({ written: 0, dropped: 301, pending: 0 });
      const tries = database.batches.length;
      database.away = false;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(database.batches).toHaveLength(tries);
    });
  });
});
