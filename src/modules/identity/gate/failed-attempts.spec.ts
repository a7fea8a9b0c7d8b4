import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import type { RedisConnection } from '../../../infrastructure/redis/index.js';
import { FailedAttempts } from './failed-attempts.js';

const create = (redis: object = { ready: false }) =>
  new FailedAttempts({ identity: { failuresPerMinute: 3 } } as AppConfig, redis as RedisConnection);

describe(FailedAttempts.name, () => {
  it('has an address wait that tried too many, for the rest of the minute', () => {
    const failures = create();
    for (const credential of ['a', 'b']) failures.count('203.0.113.5', credential, 0);
    expect(failures.waitS('203.0.113.5', 1_000)).toBeUndefined();
    failures.count('203.0.113.5', 'c', 2_000);
    expect(failures.waitS('203.0.113.5', 20_000)).toBe(40);
    expect(failures.waitS('203.0.113.6', 20_000)).toBeUndefined();
    expect(failures.waitS('203.0.113.5', 60_000)).toBeUndefined();
  });

  it('counts what is being looked at, until that was right', () => {
    const failures = create();
    const [one] = ['a', 'b', 'c'].map((credential) => failures.suspect('203.0.113.5', credential, 0));
    expect(failures.waitS('203.0.113.5', 1_000)).toBe(59);
    one!.drop();
    expect(failures.waitS('203.0.113.5', 1_000)).toBeUndefined();
  });

  it('takes the same credential again for a client that has not noticed', () => {
    const failures = create();
    for (let time = 0; time < 100; time++) failures.count('203.0.113.5', 'expired', time);
    expect(failures.waitS('203.0.113.5', 200)).toBeUndefined();
  });

  it('counts what came to all replicas of a minute', async () => {
    const redis = new CountingRedis();
    const [here, there] = [create(redis), create(redis)];
    there.count('203.0.113.5', 'a', 0);
    there.count('203.0.113.5', 'b', 0);
    here.count('203.0.113.5', 'c', 0);
    await redis.settled();
    expect([here.waitS('203.0.113.5', 1_000), here.waitS('203.0.113.6', 1_000)]).toEqual([59, undefined]);
    expect(redis.times).toEqual([60_000]);
  });
});

/** Counters with a time to live, as all replicas see them. */
class CountingRedis {
  readonly ready = true;
  /** The times to live that were given. */
  readonly times: number[] = [];
  private readonly counts = new Map<string, number>();
  private readonly running: Promise<unknown>[] = [];

  run<T>(use: (client: object) => Promise<T>): Promise<T> {
    const answers: [null, unknown][] = [];
    const client = {
      multi: () => client,
      set: (key: string, value: number, _unit: 'PX', ms: number, _when: 'NX') => {
        const isNew = !this.counts.has(key);
        if (isNew) {
          this.counts.set(key, value);
          this.times.push(ms);
        }
        answers.push([null, isNew ? 'OK' : null]);
        return client;
      },
      incr: (key: string) => {
        const count = (this.counts.get(key) ?? 0) + 1;
        this.counts.set(key, count);
        answers.push([null, count]);
        return client;
      },
      exec: () => Promise.resolve(answers),
    };
    const answer = use(client);
    this.running.push(answer);
    return answer;
  }

  async settled(): Promise<void> {
    await Promise.all(this.running);
    await new Promise(setImmediate);
  }
}
