import { describe, expect, it } from 'vitest';
import type { RedisConnection } from '../../../infrastructure/redis/index.js';
import { EventBus } from '../../../contracts/business-events.js';
import { GenerationLog } from '../log/generation-log.js';
import type { GenerationRegistry } from '../generation-registry.js';
import { LogMirror } from './log-mirror.js';

/** Keeps the name of the first field of each record of the one stream there is: head, entries, end. */
class FakeRedis {
  readonly ready = true;
  readyAt = 1;
  records: string[] = [];

  run<T>(use: (client: object) => Promise<T>): Promise<T> {
    const answers: [null, string | null | number][] = [];
    const pipeline = {
      xadd: (_key: string, ...rest: string[]) => void answers.push([null, this.add(rest)]),
      pexpire: () => void answers.push([null, 1]),
      exec: () => Promise.resolve(answers),
    };
    const last = this.records.slice(-1).map((name) => ['1-0', fieldsOf(name)]);
    return use({ pipeline: () => pipeline, xrevrangeBuffer: () => Promise.resolve(last) });
  }

  /** It was away, and has lost everything. */
  comeBackEmpty(): void {
    this.readyAt += 1;
    this.forget();
  }

  forget(): void {
    this.records = [];
  }

  private add(words: string[]): string | null {
    if (words[0] === 'NOMKSTREAM' && this.records.length === 0) return null;
    this.records.push(words[words.indexOf('*') + 1]!);
    return '1-0';
  }
}

const fieldsOf = (name: string): Buffer[] => [name, '{}', 'e', ''].map((field) => Buffer.from(field));

function mirrorOfOne(redis: FakeRedis) {
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
  const registry = { all: [running], isRunning: true, kept: () => facts };
  const mirror = new LogMirror(
    { streams: { resumeTtlMs: 1_000 } } as never,
    redis as unknown as RedisConnection,
    Object.assign(registry, {
      running: () => (registry.isRunning ? running : undefined),
    }) as unknown as GenerationRegistry,
    new EventBus(),
    { value: 'here' } as never,
    { draining: false } as never,
  );
  return { mirror, log, end: () => (registry.isRunning = false) };
}

describe(LogMirror.name, () => {
  it('begins anew in a Redis that came back, also when somebody asks first', async () => {
    const redis = new FakeRedis();
    const { mirror, end } = mirrorOfOne(redis);
    await mirror.tick();
    expect(redis.records).toEqual(['h', 'n']);

    redis.comeBackEmpty();
    end();
    expect(await mirror.show('one')).toBe(true);
    expect(redis.records).toEqual(['h', 'n', 'x']);
  });

  it('begins anew what Redis has forgotten, with the next copy or when somebody asks', async () => {
    const redis = new FakeRedis();
    const { mirror, log, end } = mirrorOfOne(redis);
    await mirror.tick();
    redis.forget();
    log.append('b');
    await mirror.tick();
    expect(redis.records).toEqual([]);
    await mirror.tick();
    expect(redis.records).toEqual(['h', 'n']);

    redis.forget();
    expect(await mirror.show('one')).toBe(true);
    expect(redis.records).toEqual(['h', 'n']);

    redis.forget();
    end();
    expect(await mirror.show('one')).toBe(true);
    expect(redis.records).toEqual(['h', 'n', 'x']);
  });

  it('writes what has ended once, however often somebody asks', async () => {
    const redis = new FakeRedis();
    const { mirror, end } = mirrorOfOne(redis);
    end();
    for (let time = 0; time < 3; time++) expect(await mirror.show('one')).toBe(true);
    expect(redis.records).toEqual(['h', 'n', 'x']);
  });
});
