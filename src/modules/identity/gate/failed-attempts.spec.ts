import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import type { RedisConnection } from '../../../infrastructure/redis/index.js';
import { FailedAttempts } from './failed-attempts.js';

const create = () =>
  new FailedAttempts(
    { identity: { failuresPerMinute: 3 } } as AppConfig,
    { ready: false } as unknown as RedisConnection,
  );

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
});
