import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../../src/infrastructure/redis/index.js';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';

if (!hasRedisServer) console.log('redis-server is not installed: vectors shared by gateways are not tested');

describe.runIf(hasRedisServer)('vectors in Redis', () => {
  let redis: RedisProcess;
  let server: FakeOllama;
  let gateways: TestGateway[];

  const ask = async ({ url }: TestGateway, input: string) => {
    const response = await post(`${url}/v1/embeddings`, { model: 'nomic-embed-text', input });
    return { cache: response.headers.get('x-cache'), text: await response.text() };
  };
  const redisIsReady = (ready: boolean) =>
    eventually(() => gateways.every(({ app }) => app.get(RedisConnection).ready === ready));

  beforeAll(async () => {
    redis = await (await RedisProcess.create()).start();
    server = await new FakeOllama({ models: 'any' }).listen();
    const env = { OLLAMA_URL: server.origin, MODELS_ADMIT: 'any', REDIS_URL: redis.url };
    gateways = [await createGateway(env), await createGateway(env)];
    await redisIsReady(true);
  });
  afterAll(async () => {
    for (const gateway of gateways) await gateway.close();
    await server.close();
    await redis.stop();
  });

  it('are shared by gateways, byte for byte', async () => {
    const [first, second] = gateways as [TestGateway, TestGateway];
    const made = await ask(first, 'shared');
    expect(made.cache).toBe('miss');
    const found = await eventually(
      () => ask(second, 'shared'),
      ({ cache }) => cache === 'hit',
    );
    expect(found.text).toBe(made.text);
  });

  it('are kept by a gateway that has found them twice', async () => {
    const [first, second] = gateways as [TestGateway, TestGateway];
    const count = () => first.app.get(RedisConnection).run((client) => client.dbsize());
    const before = await count();
    for (const input of ['once', 'twice']) await ask(first, input);
    await eventually(count, (now) => now === before + 2);
    const asked = [];
    for (const input of ['once', 'twice', 'twice']) asked.push((await ask(second, input)).cache);
    expect(asked).toEqual(['hit', 'hit', 'hit']);
    await redis.stop();
    await redisIsReady(false);
    expect((await ask(second, 'twice')).cache).toBe('hit');
    expect((await ask(second, 'once')).cache).toBe('miss');
    await redis.start();
    await redisIsReady(true);
  });

  it('are done without while Redis is away, and found again when it is back', async () => {
    const [first, second] = gateways as [TestGateway, TestGateway];
    await redis.stop();
    await redisIsReady(false);
    expect((await ask(first, 'without')).cache).toBe('miss');
    expect((await ask(first, 'without')).cache).toBe('hit');
    await redis.start();
    await redisIsReady(true);
    await ask(first, 'with');
    await eventually(
      () => ask(second, 'with'),
      ({ cache }) => cache === 'hit',
    );
  });

  it('cost one time-out when Redis freezes, and then none', async () => {
    const [first] = gateways as [TestGateway];
    redis.freeze();
    expect((await ask(first, 'frozen')).cache).toBe('miss');
    await eventually(() => !first.app.get(RedisConnection).ready);
    expect((await ask(first, 'frozen')).cache).toBe('hit');
    redis.thaw();
    await redisIsReady(true);
  });
});
