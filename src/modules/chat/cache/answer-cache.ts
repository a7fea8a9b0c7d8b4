import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { EventBus, type CacheUsed } from '../../../contracts/business-events.js';
import { toRecordedAnswer, type RecordedAnswer } from '../../generation/index.js';

/** A larger one is not kept: to hand it to Redis would hold up what else is asked of it on the same connection. */
const MOST_LOG_CHARACTERS = 256 * 1024;

/** Whole answers by key. It never fails: what cannot be reached was not there. */
@Injectable()
export class AnswerCache {
  private readonly ttlMs: number;

  constructor(
    @Inject(AppConfig) { responseCache }: AppConfig,
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
    @Inject(EventBus) private readonly events: EventBus,
  ) {
    this.ttlMs = responseCache.ttlMs;
    cache.on('get', ({ error }) => {
      if (error !== undefined) this.count('get', 'error');
    });
  }

  /** An answer of so many choices. */
  async find(key: string, choices: number): Promise<RecordedAnswer | undefined> {
    const found = toRecordedAnswer(await this.cache.get(key), choices);
    this.count('get', found === undefined ? 'miss' : 'hit');
    return found;
  }

  /** Nobody waits for it. */
  keep(key: string, answer: RecordedAnswer): void {
    if (answer.log.length > MOST_LOG_CHARACTERS) return;
    this.cache.set(key, answer, this.ttlMs).then(
      () => this.count('set', 'success'),
      () => this.count('set', 'error'),
    );
  }

  private count(operation: CacheUsed['operation'], result: CacheUsed['result']): void {
    this.events.emit('cache-used', { operation, result, count: 1 });
  }
}
