import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisConnection } from '../../src/infrastructure/redis/index.js';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat } from '../support/gateway-calls.js';

if (!hasRedisServer) console.log('redis-server is not installed: answers shared by gateways are not tested');

const BACK_MS = 2_000;

interface Body {
  readonly id: string;
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}

describe.runIf(hasRedisServer)('answers in Redis', () => {
  let redis: RedisProcess;
  let server: FakeOllama;
  let gateways: TestGateway[];
  let told: string[];
  let made = 0;

  const open = async () => {
    const env = {
      OLLAMA_URL: server.origin,
      MODELS_ADMIT: 'any',
      RESPONSE_CACHE: 'on',
      REDIS_URL: redis.url,
    };
    const gateway = await createGateway(env);
    gateways.push(gateway);
    return gateway;
  };
  const ask = async (gateway: TestGateway, content: string) => {
    const startedAt = performance.now();
    const response = await askChat(gateway, { messages: [{ role: 'user', content }] });
    const { id, choices } = (await response.json()) as Body;
    const ms = performance.now() - startedAt;
    return { cache: response.headers.get('x-cache'), id, text: choices[0]!.message.content, ms };
  };
  const hit = (gateway: TestGateway, content: string) =>
    eventually(
      () => ask(gateway, content),
      ({ cache }) => cache === 'hit',
      { deadlineMs: BACK_MS },
    );
  const connectionOf = ({ app }: TestGateway) => app.get(RedisConnection);
  const isReady = (gateway: TestGateway, ready = true) =>
    eventually(() => connectionOf(gateway).ready === ready, Boolean, { deadlineMs: BACK_MS });

  beforeAll(async () => {
    server = await new FakeOllama({ models: 'any' }).listen();
    server.answer(() => ({ pieces: ['Größe', ` ${++made}`, '\n"'] }));
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    told = [];
    const tell = (text: unknown) => void told.push(String(text));
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(tell);
    vi.spyOn(Logger.prototype, 'log').mockImplementation(tell);
    gateways = [];
    redis = await (await RedisProcess.create()).start();
  });
  afterEach(async () => {
    for (const gateway of gateways) await gateway.close();
    await redis.stop();
    vi.restoreAllMocks();
  });
  const changes = () => told.filter((text) => text.startsWith('Redis is'));

  it('are shared by gateways, each under an id of its own', async () => {
    const [first, second] = [await open(), await open()];
    await Promise.all([isReady(first), isReady(second)]);
    const given = await ask(first, 'shared');
    expect([given.cache, given.text]).toEqual(['miss', `Größe ${made}\n"`]);
    const again = await hit(second, 'shared');
    expect(again.text).toBe(given.text);
    expect(again.id).not.toBe(given.id);
  });

  it('are there for an hour, and nothing else is taken for one', async () => {
    const gateway = await open();
    await isReady(gateway);
    const given = await ask(gateway, 'kept');
    await hit(gateway, 'kept');
    const keys = await connectionOf(gateway).run((client) => client.keys('citadel:answer:*'));
    expect(keys).toEqual([expect.stringMatching(/^citadel:answer:1:[\w-]{43}$/)]);
    const ttlMs = await connectionOf(gateway).run((client) => client.pttl(keys[0]!));
    expect(ttlMs).toBeLessThanOrEqual(3_600_000);
    expect(ttlMs).toBeGreaterThan(3_500_000);

    for (const value of ['no JSON', '{}', '{"value":{"log":"x"}}', '"text"', 'null', '[]']) {
      await connectionOf(gateway).run((client) => client.set(keys[0]!, value));
      const anew = await ask(gateway, 'kept');
      expect([value, anew.cache]).toEqual([value, 'miss']);
      expect(anew.text).not.toBe(given.text);
      expect((await hit(gateway, 'kept')).text).toBe(anew.text);
    }
  });

  it('are made anew where Redis is absent at the start, and kept once it comes', async () => {
    await redis.stop();
    const gateway = await open();
    expect((await ask(gateway, 'absent')).cache).toBe('miss');
    expect((await ask(gateway, 'absent')).cache).toBe('miss');
    await redis.start();
    await hit(gateway, 'absent');
    expect(changes()).toEqual([expect.stringContaining('away'), 'Redis is ready']);
  });

  it('are made anew while Redis is down, and found again when it is back', async () => {
    const gateway = await open();
    await isReady(gateway);
    await ask(gateway, 'down');
    await hit(gateway, 'down');
    await redis.stop();
    await isReady(gateway, false);
    for (let times = 0; times < 5; times++) expect((await ask(gateway, 'down')).cache).toBe('miss');
    await redis.start();
    await hit(gateway, 'down');
    expect(changes()).toEqual(['Redis is ready', expect.stringContaining('away'), 'Redis is ready']);
  });

  it('cost one time-out when Redis freezes, then none, and are found when it thaws', async () => {
    const gateway = await open();
    await isReady(gateway);
    await ask(gateway, 'frozen');
    await hit(gateway, 'frozen');
    redis.freeze();
    const waited = await Promise.all(Array.from({ length: 20 }, () => ask(gateway, 'frozen')));
    expect(waited.map(({ cache }) => cache)).toEqual(Array.from({ length: 20 }, () => 'miss'));
    expect(Math.max(...waited.map(({ ms }) => ms))).toBeLessThan(1_000);
    expect(connectionOf(gateway).ready).toBe(false);

    const startedAt = performance.now();
    for (let times = 0; times < 20; times++) expect((await ask(gateway, 'frozen')).cache).toBe('miss');
    // Were each of them to wait for a time-out of 100 ms, it would be two seconds.
    expect(performance.now() - startedAt).toBeLessThan(1_500);

    redis.thaw();
    await hit(gateway, 'frozen');
    expect(changes()).toEqual(['Redis is ready', expect.stringContaining('away'), 'Redis is ready']);
  });

  it('are counted as errors where Redis did not take them', async () => {
    const gateway = await open();
    await isReady(gateway);
    await redis.stop();
    await isReady(gateway, false);
    await ask(gateway, 'counted');
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    for (const [operation, result] of [
      ['get', 'error'],
      ['get', 'miss'],
      ['set', 'error'],
    ])
      expect(metrics).toContain(
        `citadel_cache_operations_total{operation="${operation}",result="${result}"} 1\n`,
      );
  });
});
