import { describe, expect, it } from 'vitest';
import type { RedisConnection } from '../../../infrastructure/redis/index.js';
import { EventBus } from '../../../contracts/business-events.js';
import { GenerationLog } from '../log/generation-log.js';
import type { GenerationRegistry } from '../generation-registry.js';
import { LogMirror } from './log-mirror.js';

/** Keeps the name of the first field of each record: head, entries, end. */
class FakeRedis {
  readonly ready = true;
  readyAt = 1;
  records: string[] = [];

  run(use: (client: object) => Promise<void>): Promise<void> {
    const pipeline = {
      xadd: (_key: string, _id: string, name: string) => void this.records.push(name),
      pexpire: () => undefined,
      exec: () => Promise.resolve([]),
    };
    return use({ pipeline: () => pipeline });
  }

  /** It was away, and has lost everything. */
  comeBackEmpty(): void {
    this.readyAt += 1;
    this.records = [];
  }
}

describe(LogMirror.name, () => {
  it('begins anew in a Redis that came back, also when somebody asks first', async () => {
    const redis = new FakeRedis();
    const log = new GenerationLog();
    log.append('a');
    const facts = {
      head: { id: 'one' },
      owner: { tenant: 't' },
      profile: 'generic',
      outcome: { status: 'finished' },
      count: 1,
      log: 'a',
    };
    const running = { id: 'one', log, head: facts.head, owner: facts.owner, begin: { profile: 'generic' } };
    const registry = { all: [running], running: () => undefined, kept: () => facts };
    const mirror = new LogMirror(
      { streams: { resumeTtlMs: 1_000 } } as never,
      redis as unknown as RedisConnection,
      registry as unknown as GenerationRegistry,
      new EventBus(),
      { value: 'here' } as never,
      { draining: false } as never,
    );
    await mirror.tick();
    expect(redis.records).toEqual(['h', 'n']);

    redis.comeBackEmpty();
    expect(await mirror.show('one')).toBe(true);
    expect(redis.records).toEqual(['h', 'n', 'x']);
  });
});
