import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../../config/index.js';
import { EventBus } from '../../contracts/business-events.js';
import { RedisChannels, RedisConnection } from '../../infrastructure/redis/index.js';
import { NoReplicas } from '../generation/replicas/replicas.js';
import { KeptResponses } from './kept-responses.js';
import { SharedResponses } from './shared-responses.js';

const ID = `resp_${'0'.repeat(32)}`;

/** A Redis whose answer comes when it is told to, or never. */
class HeldRedis extends RedisConnection {
  answer!: () => void;
  fail!: (error: Error) => void;

  override get configured(): boolean {
    return true;
  }

  override run<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.answer = () => resolve('OK' as T);
      this.fail = reject;
    });
  }
}

describe(SharedResponses.name, () => {
  function share(): { readonly redis: HeldRedis; readonly steps: string[]; readonly sharing: Promise<void> } {
    const config = { redis: { kind: 'memory' }, streams: { resumeTtlMs: 1_000 } } as AppConfig;
    const redis = new HeldRedis(config);
    const kept = new KeptResponses(100_000, 1_000);
    kept.add(ID, { tenant: 'acme', user: 'ada', echo: {}, items: [], background: true }, false);
    const shared = new SharedResponses(
      config,
      redis,
      new RedisChannels(redis),
      kept,
      new EventBus(),
      new NoReplicas(),
    );
    const steps: string[] = [];
    const sharing = Promise.resolve(shared.share(ID)).then(() => {
      steps.push('shared');
      shared.onApplicationShutdown();
    });
    return { redis, steps, sharing };
  }

  it('has shared a response when Redis has it', async () => {
    const { redis, steps, sharing } = share();
    await new Promise(setImmediate);
    steps.push('written');
    redis.answer();
    await sharing;
    expect(steps).toEqual(['written', 'shared']);
  });

  it('keeps nobody waiting for a Redis that is away', async () => {
    const { redis, steps, sharing } = share();
    redis.fail(new Error('away'));
    await sharing;
    expect(steps).toEqual(['shared']);
  });
});
