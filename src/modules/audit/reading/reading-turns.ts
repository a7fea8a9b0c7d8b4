import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import type { VisibleRows } from './visible-rows.js';

const OWN_AT_ONCE = 2;
const MOST_WAITING = 128;
const RETRY_AFTER_S = 2;

interface Reader {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * To look for a word may take as long as the database lets a statement take. So those who read the record take turns, caller by
 * caller, on half of its connections: nobody keeps others from the record, and all of them nobody from the rest.
 */
@Injectable()
export class ReadingTurns {
  /** By whose they are; who waits for longest is asked first. */
  private readonly readers = new Map<string, Reader>();
  private readonly atOnce: number;
  private running = 0;

  constructor(@Inject(AppConfig) { database }: Pick<AppConfig, 'database'>) {
    this.atOnce = database.kind === 'postgres' ? Math.max(1, Math.floor(database.poolMax / 2)) : 1;
  }

  /** Rejects with `rate_limit_exceeded` where too much of the same caller waits already. */
  async run<T>({ tenant, userId }: VisibleRows, work: () => Promise<T>): Promise<T> {
    const name = JSON.stringify([tenant, userId]);
    const reader = this.readers.get(name) ?? { running: 0, waiting: [] };
    if (this.running < this.atOnce && reader.running < OWN_AT_ONCE) this.begin(name, reader);
    else await this.wait(name, reader);
    try {
      return await work();
    } finally {
      this.end(name, reader);
    }
  }

  /** Whoever is served goes behind all others. */
  private begin(name: string, reader: Reader): void {
    this.readers.delete(name);
    this.readers.set(name, reader);
    this.running += 1;
    reader.running += 1;
  }

  private wait(name: string, reader: Reader): Promise<void> {
    const { waiting } = reader;
    if (waiting.length >= MOST_WAITING)
      throw new GatewayError('rate_limit_exceeded', 'Too much of the record is read at once.', {
        retryAfterS: RETRY_AFTER_S,
      });
    if (!this.readers.has(name)) this.readers.set(name, reader);
    return new Promise((resolve) => waiting.push(resolve));
  }

  private end(name: string, reader: Reader): void {
    this.running -= 1;
    reader.running -= 1;
    if (reader.running === 0 && reader.waiting.length === 0) this.readers.delete(name);
    for (const [next, its] of this.readers) {
      if (its.running >= OWN_AT_ONCE) continue;
      const resume = its.waiting.shift();
      if (resume === undefined) continue;
      this.begin(next, its);
      return resume();
    }
  }
}
