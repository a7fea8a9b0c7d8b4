import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { RedisAwayError, type RedisConnection } from '../../../infrastructure/redis/index.js';
import type { NonceRows } from './nonce-rows.js';
import { NONCE_KEPT_MS, type NonceUse } from './nonce-use.js';
import { SharedNonces } from './shared-nonces.js';
import { UsedNonces } from './used-nonces.js';

const AWAY = { code: 'dependency_unavailable' };
let count = 0;
const newUse = (): NonceUse => ({ tenant: 'default', device: 'd', nonce: `nonce-${count++}` });

/** What lies in a store, for all replicas. */
class Kept {
  private readonly names = new Set<string>();

  take(name: string): boolean {
    if (this.names.has(name)) return false;
    this.names.add(name);
    return true;
  }

  clear(): void {
    this.names.clear();
  }
}

/** The way of one replica to the database. */
class FakeRows implements Pick<NonceRows, 'take'> {
  fault: Error | undefined;

  constructor(private readonly kept: Kept) {}

  async take({ device, nonce }: NonceUse): Promise<boolean> {
    await Promise.resolve();
    if (this.fault !== undefined) throw this.fault;
    return this.kept.take(`${device} ${nonce}`);
  }
}

/** The way of one replica to Redis. */
class FakeRedis {
  configured = true;
  ready = true;
  readyAt = performance.now() - NONCE_KEPT_MS;
  /** What it answers instead of what was asked. */
  fault: Error | undefined;

  constructor(private readonly kept: Kept) {}

  async run<T>(use: (client: unknown) => Promise<T>): Promise<T> {
    if (!this.ready) throw new RedisAwayError('away');
    return use({
      set: async (key: string, _value: string, px: string, ms: number, nx: string) => {
        await Promise.resolve();
        if (this.fault !== undefined) throw this.fault;
        expect([px, ms, nx]).toEqual(['PX', NONCE_KEPT_MS, 'NX']);
        return this.kept.take(key) ? 'OK' : null;
      },
    });
  }

  comeBack(): void {
    this.ready = true;
    this.readyAt = performance.now();
  }
}

class Replica {
  readonly rows: FakeRows;
  readonly redis: FakeRedis;
  private readonly nonces: UsedNonces;

  constructor({ inRows, inRedis }: { inRows: Kept; inRedis: Kept }) {
    this.rows = new FakeRows(inRows);
    this.redis = new FakeRedis(inRedis);
    this.nonces = new UsedNonces(
      this.rows as unknown as NonceRows,
      new SharedNonces(this.redis as unknown as RedisConnection),
    );
  }

  take(use: NonceUse): Promise<boolean> {
    return this.nonces.take(use);
  }

  loseRows(): void {
    this.rows.fault = new GatewayError('dependency_unavailable', 'The database does not answer just now.');
  }

  findRows(): void {
    this.rows.fault = undefined;
  }

  loseRedis(): void {
    this.redis.ready = false;
  }
}

describe(UsedNonces.name, () => {
  let kept: { inRows: Kept; inRedis: Kept };
  let one: Replica;
  let other: Replica;
  let warn: MockInstance;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'], now: 0 });
    warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    kept = { inRows: new Kept(), inRedis: new Kept() };
    one = new Replica(kept);
    other = new Replica(kept);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  /** How many of many at once got it. */
  const race = async (use: NonceUse, replicas = [one, other, other, one]): Promise<number> => {
    const taken = await Promise.all(replicas.map((replica) => replica.take(use)));
    return taken.filter(Boolean).length;
  };

  it('lets one of many have it, on whatever replica', async () => {
    expect(await race(newUse())).toBe(1);
    expect(await race(newUse(), [other, one])).toBe(1);
  });

  it('keeps nonces of devices apart', async () => {
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    expect(await one.take({ ...use, device: 'another' })).toBe(true);
  });

  it.each(['loseRedis', 'loseRows'] as const)(
    'lets one of many have it when for one it is so: %s',
    async (lose) => {
      one[lose]();
      expect(await race(newUse(), [one, other])).toBe(1);
      expect(await race(newUse(), [other, one])).toBe(1);
    },
  );

  it('asks the database alone where no Redis is configured', async () => {
    one.redis.configured = one.redis.ready = false;
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    expect(await one.take(use)).toBe(false);
    one.loseRows();
    await expect(one.take(newUse())).rejects.toMatchObject(AWAY);
  });

  it('refuses what was used before, during and after an absence of the database', async () => {
    const [before, during] = [newUse(), newUse()];
    expect(await one.take(before)).toBe(true);
    for (const replica of [one, other]) replica.loseRows();
    expect(await other.take(before)).toBe(false);
    expect(await one.take(during)).toBe(true);
    expect(await race(newUse())).toBe(1);
    for (const replica of [one, other]) replica.findRows();
    for (const use of [before, during]) expect(await race(use)).toBe(0);
  });

  it('refuses what was used before, during and after an absence of Redis', async () => {
    const [before, during] = [newUse(), newUse()];
    expect(await one.take(before)).toBe(true);
    for (const replica of [one, other]) replica.loseRedis();
    expect(await other.take(before)).toBe(false);
    expect(await one.take(during)).toBe(true);
    expect(await race(newUse())).toBe(1);
    kept.inRedis.clear();
    for (const { redis } of [one, other]) redis.comeBack();
    for (const use of [before, during]) expect(await race(use)).toBe(0);
  });

  it('refuses what a database has forgotten that another one took over from', async () => {
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    kept.inRows.clear();
    expect(await race(use)).toBe(0);
  });

  it('takes a Redis that does not write for one that is away', async () => {
    one.redis.fault = new Error("OOM command not allowed when used memory > 'maxmemory'.");
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    expect(await one.take(use)).toBe(false);
  });

  it('cannot tell while neither answers', async () => {
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    one.loseRows();
    one.loseRedis();
    await expect(one.take(use)).rejects.toMatchObject(AWAY);
  });

  it('does not believe a Redis alone that came back, until it can have heard of all', async () => {
    one.loseRedis();
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    one.redis.comeBack();
    one.loseRows();
    await expect(one.take(use)).rejects.toMatchObject(AWAY);
    vi.advanceTimersByTime(NONCE_KEPT_MS - 1);
    await expect(one.take(newUse())).rejects.toMatchObject(AWAY);
    vi.advanceTimersByTime(1);
    expect(await one.take(newUse())).toBe(true);
  });

  it('does not believe a Redis alone that could not write, until it can have heard of all', async () => {
    one.redis.fault = new Error('READONLY You can’t write against a read only replica.');
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    one.redis.fault = undefined;
    one.loseRows();
    await expect(one.take(use)).rejects.toMatchObject(AWAY);
    vi.advanceTimersByTime(NONCE_KEPT_MS);
    expect(await one.take(newUse())).toBe(true);
  });

  it('does not believe a database alone that was away, until it can have heard of all', async () => {
    one.loseRows();
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    one.findRows();
    one.loseRedis();
    await expect(one.take(use)).rejects.toMatchObject(AWAY);
    vi.advanceTimersByTime(NONCE_KEPT_MS);
    expect(await one.take(newUse())).toBe(true);
  });

  it('does not let in again what the database missed and Redis has forgotten since', async () => {
    one.loseRows();
    const use = newUse();
    expect(await one.take(use)).toBe(true);
    one.findRows();
    kept.inRedis.clear();
    one.redis.comeBack();
    await expect(one.take(use)).rejects.toMatchObject(AWAY);
    vi.advanceTimersByTime(NONCE_KEPT_MS);
    expect(await one.take(newUse())).toBe(true);
  });

  it('says once that Redis decides alone', async () => {
    one.loseRows();
    for (let times = 0; times < 3; times += 1) await one.take(newUse());
    expect(warn).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(NONCE_KEPT_MS);
    await one.take(newUse());
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('passes on what is wrong with a statement', async () => {
    one.rows.fault = new Error('column "nonce" does not exist');
    await expect(one.take(newUse())).rejects.toBe(one.rows.fault);
  });
});
