import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/index.js';
import { RedisConnection } from '../../src/infrastructure/redis/index.js';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import type { Claim, Counter } from '../../src/modules/limits/ledger/claim.js';
import { Ledger, type Holding } from '../../src/modules/limits/ledger/ledger.service.js';
import { SharedLedger } from '../../src/modules/limits/ledger/shared-ledger.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';
import { believe, caller, showing } from '../support/named-callers.js';
import { readChatStream } from '../support/sse.js';

const TEST_REDIS_URL = process.env.TEST_REDIS_URL;
if (!hasRedisServer) console.log('redis-server is not installed: limits of replicas are not tested');

const HELLO = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };
/** Each name once, also where the same Redis is used again. */
const RUN = `${process.pid}-${Date.now()}`;
const YAML = `
limits:
  rate_limit_per_minute: 30
  replicas: 3
  lease: 0.6
  budgets:
    - { tenant: ${RUN}-many, period: day, tokens: 1000 }
    - { tenant: ${RUN}-away, period: day, tokens: 300 }
`;

describe.runIf(hasRedisServer)('replicas that share a Redis', () => {
  let redis: RedisProcess;
  let ollama: FakeOllama;
  let replicas: TestGateway[];

  const areReady = (ready: boolean) =>
    eventually(() => replicas.every(({ app }) => app.get(RedisConnection).ready === ready));
  const ask = (replica: TestGateway, tenant: string, user: string, body: object = {}) =>
    post(
      `${replica.url}/v1/chat/completions`,
      { ...HELLO, max_tokens: 100, stream: true, ...body },
      { headers: showing(caller(user, { tenant })) },
    );

  beforeAll(async () => {
    redis = await (await RedisProcess.create()).start();
    ollama = await new FakeOllama({ models: 'any' }).listen();
    // It does not care for how many tokens it is asked.
    ollama.answer({ pieces: Array.from({ length: 150 }, () => ' w'), promptEvalCount: 5 });
    const env = { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', REDIS_URL: redis.url, RATE_LIMIT: 'on' };
    replicas = await Promise.all([1, 2, 3].map(() => createGateway(env, undefined, { yaml: YAML })));
    for (const replica of replicas) believe(replica);
    await areReady(true);
  });
  afterAll(async () => {
    for (const replica of replicas) await replica.close();
    await ollama.close();
    await redis.stop();
  });

  it('never deliver more than a budget, however many streams want it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const response = await ask(replicas[at % 3]!, `${RUN}-many`, `user-${at}`);
        if (response.status !== 200) {
          const { error } = (await response.json()) as { error: { code: string } };
          return { response, code: error.code, tokens: 0, reason: undefined };
        }
        const { text, frames, done } = await readChatStream(response);
        expect(done).toBe(true);
        const reason = /"finish_reason":"(\w+)"/.exec(
          JSON.stringify(frames.map(({ data }) => data)).replaceAll('\\', ''),
        );
        return { response, code: undefined, tokens: text.split(' w').length - 1, reason: reason?.[1] };
      }),
    );
    const delivered = answers.reduce((sum, { tokens }) => sum + tokens, 0);
    const winners = answers.filter(({ response }) => response.status === 200);
    const losers = answers.filter(({ response }) => response.status !== 200);
    expect(delivered).toBeLessThanOrEqual(1_000);
    // Prompts are counted as well.
    expect(delivered).toBeGreaterThan(850);
    expect(winners.every(({ reason, tokens }) => reason === 'length' && tokens <= 100)).toBe(true);
    expect(losers.length).toBeGreaterThanOrEqual(29);
    for (const { response, code } of losers) {
      expect([response.status, code]).toEqual([429, 'insufficient_quota']);
      expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('1000');
      expect(Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(10);
      expect(response.headers.get('x-ratelimit-reset-tokens')).toMatch(/s$/);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('count the requests of a caller together, exactly', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const url = `${replicas[at % 3]!.url}/api/v1/audit/checkpoint/key`;
        return (await fetch(url, { headers: showing(caller(`${RUN}-often`)) })).status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
  });

  it('keep nobody out for longer than a window when the clock of Redis is set back', async () => {
    const user = `${RUN}-clock`;
    const url = `${replicas[0]!.url}/api/v1/audit/checkpoint/key`;
    const call = async () => (await fetch(url, { headers: showing(caller(user)) })).status;
    expect(await call()).toBe(200);
    const connection = replicas[0]!.app.get(RedisConnection);
    // As it is found then: counted in an hour that is yet to come.
    await connection.run(async (client) => {
      const [name] = (await client.keys(`citadel:rate:*${user}*`)) as [string];
      const [part] = (await client.hkeys(name)) as [string];
      await client.del(name);
      await client.hset(name, String(Number(part) + 1_800), 30);
    });
    expect(await call()).toBe(200);
  });

  it('give away their share each while Redis is away, and count it when it is back', async () => {
    const tenant = `${RUN}-away`;
    const tokensOf = async (response: Response) =>
      response.status === 200 ? (await readChatStream(response)).text.split(' w').length - 1 : 0;
    await redis.stop();
    await areReady(false);
    const perReplica = await Promise.all(
      replicas.map(async (replica) => {
        let tokens = 0;
        for (let at = 0; at < 5; at++) tokens += await tokensOf(await ask(replica, tenant, `user-${at}`));
        return tokens;
      }),
    );
    for (const tokens of perReplica) {
      expect(tokens).toBeGreaterThan(50);
      expect(tokens).toBeLessThanOrEqual(100);
    }
    const limited = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const url = `${replicas[at % 3]!.url}/api/v1/audit/checkpoint/key`;
        return (await fetch(url, { headers: showing(caller(`${RUN}-often-away`)) })).status;
      }),
    );
    expect(limited.filter((status) => status === 200)).toHaveLength(30);
    await redis.start();
    await areReady(true);
  });
});

const KINDS = [
  ...(hasRedisServer ? ['a Redis of its own'] : []),
  ...(TEST_REDIS_URL ? ['the Redis of TEST_REDIS_URL'] : []),
];

describe.each(KINDS)('ledgers on %s', (kind) => {
  const LEASE_MS = 300;
  /** What it saves is there again after its next start. */
  const directory = mkdtempSync(join(tmpdir(), 'citadel-redis-'));
  let redis: RedisProcess | undefined;
  let url: string;
  let names = 0;
  const open: { redis: RedisConnection; ledger: Ledger }[] = [];

  const create = async () => {
    const config = loadConfig({
      CITADEL_ENV: 'test',
      REDIS_URL: url,
      LIMIT_LEASE_S: String(LEASE_MS / 1000),
    });
    const connection = new RedisConnection(config);
    const ledger = new Ledger(config, connection);
    connection.onModuleInit();
    ledger.onModuleInit();
    await eventually(() => connection.ready);
    open.push({ redis: connection, ledger });
    return { redis: connection, ledger };
  };
  const tokens = (limit: number, more: Partial<Counter> = {}): Counter => ({
    key: `${RUN}-${names++}`,
    limit,
    perPrompt: 1,
    perCompletion: 1,
    endsAt: Date.now() + 60_000,
    history: () => Promise.resolve(0),
    ...more,
  });
  const claim = (more: Partial<Claim>): Claim => ({
    slots: [],
    counters: [],
    promptTokens: 0,
    completionTokens: 60,
    ...more,
  });
  const reserve = async (ledger: Ledger, wanted: Claim) => ledger.reserve(wanted);
  const got = async (ledger: Ledger, wanted: Claim) => {
    const answer = await reserve(ledger, wanted);
    if ('refused' in answer) throw new Error('refused');
    return answer;
  };
  const isRefused = async (ledger: Ledger, wanted: Claim) => 'refused' in (await reserve(ledger, wanted));

  beforeAll(async () => {
    if (kind === 'a Redis of its own') redis = await (await RedisProcess.create()).start(directory);
    url = redis?.url ?? TEST_REDIS_URL!;
  });
  afterEach(() => {
    vi.restoreAllMocks();
    for (const each of open.splice(0)) {
      each.ledger.onApplicationShutdown();
      each.redis.onApplicationShutdown();
    }
  });
  afterAll(async () => {
    await redis?.stop();
    rmSync(directory, { recursive: true });
  });

  it('see what the others hold, and what they have given back', async () => {
    const [one, other] = [await create(), await create()];
    const counters = [tokens(100)];
    const held = await got(one.ledger, claim({ counters }));
    expect(await reserve(other.ledger, claim({ counters }))).toMatchObject({ granted: 40 });
    expect(await isRefused(other.ledger, claim({ counters }))).toBe(true);
    held.settle([10]);
    held.settle([10]);
    await eventually(async () => !(await isRefused(other.ledger, claim({ counters, completionTokens: 50 }))));
    expect(await isRefused(one.ledger, claim({ counters }))).toBe(true);
  });

  it('get back what a process held that is gone, and hold for as long as it runs what one holds that is not', async () => {
    const [gone, living, other] = [await create(), await create(), await create()];
    const [lost, kept] = [[tokens(60)], [tokens(60)]];
    const slots = [{ key: `${RUN}-slots-${names++}`, most: 1 }];
    await got(gone.ledger, claim({ counters: lost, slots }));
    await got(living.ledger, claim({ counters: kept }));
    // As when it is killed: nothing is settled, and nothing renewed.
    gone.ledger.onApplicationShutdown();
    gone.redis.onApplicationShutdown();
    expect(await isRefused(other.ledger, claim({ counters: lost, slots }))).toBe(true);
    const began = performance.now();
    await eventually(async () => !(await isRefused(other.ledger, claim({ counters: lost, slots }))));
    expect(performance.now() - began).toBeLessThan(LEASE_MS + 250);
    await eventually(() => performance.now() - began > 2 * LEASE_MS);
    expect(await isRefused(other.ledger, claim({ counters: kept }))).toBe(true);
  });

  it('let so many run at a time over all of them', async () => {
    const all = [await create(), await create(), await create()];
    const slots = [{ key: `${RUN}-slots-${names++}`, most: 7 }];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, at) => reserve(all[at % 3]!.ledger, claim({ slots }))),
    );
    const held = answers.filter((answer): answer is Holding => !('refused' in answer));
    expect(held).toHaveLength(7);
    for (const each of held) each.settle([]);
    await eventually(async () => !(await isRefused(all[0]!.ledger, claim({ slots }))));
  });

  it('go on from what was used before, where Redis knows nothing of it', async () => {
    const { ledger } = await create();
    const history = vi.fn(() => Promise.resolve(70));
    const counters = [tokens(100, { history })];
    const held = await got(ledger, claim({ counters }));
    expect(held.granted).toBe(30);
    held.settle([0]);
    await eventually(async () => !(await isRefused(ledger, claim({ counters }))));
    expect(history).toHaveBeenCalledTimes(1);
  });

  it('keep nothing for ever of a counter with an end, also where nothing was granted', async () => {
    const { ledger, redis: connection } = await create();
    const [full, other] = [tokens(100, { history: () => Promise.resolve(100) }), tokens(100)];
    expect(await isRefused(ledger, claim({ counters: [full, other] }))).toBe(true);
    const ends = await connection.run((client) =>
      Promise.all([full, other].map(({ key }) => client.pttl(`citadel:limits:${key}`))),
    );
    for (const end of ends) expect(end).toBeGreaterThan(0);
  });

  it('reserve in one round trip', async () => {
    const { ledger, redis: connection } = await create();
    const counters = [tokens(1_000), tokens(1_000)];
    const slots = [{ key: `${RUN}-slots-${names++}`, most: 7 }];
    await got(ledger, claim({ counters, slots }));
    const run = vi.spyOn(connection, 'run');
    await got(ledger, claim({ counters, slots }));
    expect(run).toHaveBeenCalledTimes(1);
  });

  it.runIf(kind === 'a Redis of its own')(
    'give away no more than is left whenever Redis takes nothing again',
    async () => {
      const { ledger, redis: connection } = await create();
      const counters = [tokens(100)];
      const use = async (wanted: number) => {
        const held = await got(ledger, claim({ counters, completionTokens: wanted }));
        held.settle([held.granted]);
        return held.granted;
      };
      await use(5);
      await takeNothing(connection, true);
      expect(await use(10)).toBe(10);
      await takeNothing(connection, false);
      await eventually(async () => (await standsAt(connection, counters[0]!)) === '15');
      expect(await use(80)).toBe(80);
      await eventually(async () => (await standsAt(connection, counters[0]!)) === '95');
      await takeNothing(connection, true);
      expect(await use(60)).toBe(5);
      await takeNothing(connection, false);
    },
  );

  it.runIf(kind === 'a Redis of its own')(
    'try no more than one debt at a time while Redis takes nothing, and pay all when it does',
    async () => {
      const { ledger, redis: connection } = await create();
      const counters = Array.from({ length: 20 }, () => tokens(100));
      for (const counter of counters) (await got(ledger, claim({ counters: [counter] }))).settle([1]);
      await takeNothing(connection, true);
      const settle = vi.spyOn(SharedLedger.prototype, 'settle');
      for (const counter of counters) (await got(ledger, claim({ counters: [counter] }))).settle([10]);
      expect(settle.mock.calls.length).toBeLessThanOrEqual(counters.length);
      await takeNothing(connection, false);
      for (const counter of counters)
        await eventually(async () => (await standsAt(connection, counter)) === '11');
    },
  );

  it.runIf(kind === 'a Redis of its own')(
    'go on from what was put down, where Redis came back with less',
    async () => {
      const { ledger, redis: connection } = await create();
      let used = 0;
      const counters = [tokens(100, { history: () => Promise.resolve(used) })];
      const use = async (wanted: number) => {
        const held = await got(ledger, claim({ counters, completionTokens: wanted }));
        held.settle([held.granted]);
        used += held.granted;
        return held.granted;
      };
      const isCounted = () =>
        eventually(async () => (await standsAt(connection, counters[0]!)) === String(used));
      await use(10);
      await isCounted();
      await connection.run((client) => client.save());
      await use(80);
      await isCounted();
      await redis!.stop();
      await redis!.start(directory);
      await eventually(() => connection.ready);
      await eventually(async () => (await standsAt(connection, counters[0]!)) === '10');
      expect(await use(60)).toBe(10);
      await isCounted();
      expect(await isRefused(ledger, claim({ counters }))).toBe(true);
    },
  );

  it.runIf(kind === 'a Redis of its own')('hold what they have while Redis has no memory left', async () => {
    const [one, other] = [await create(), await create()];
    const slots = [{ key: `${RUN}-slots-${names++}`, most: 1 }];
    const counters = [tokens(60)];
    await got(one.ledger, claim({ slots }));
    await got(one.ledger, claim({ counters }));
    await one.redis.run((client) => client.config('SET', 'maxmemory', '1'));
    const began = performance.now();
    await eventually(() => performance.now() - began > 2 * LEASE_MS);
    const refused = [
      await isRefused(other.ledger, claim({ slots })),
      await isRefused(other.ledger, claim({ counters })),
    ];
    await one.redis.run((client) => client.config('SET', 'maxmemory', '0'));
    expect(refused).toEqual([true, true]);
  });

  it.runIf(kind === 'a Redis of its own')('tell Redis what was used while it was away', async () => {
    const [one, other] = [await create(), await create()];
    const counters = [tokens(100)];
    const before = await got(one.ledger, claim({ counters, completionTokens: 20 }));
    redis!.freeze();
    const meanwhile = await got(one.ledger, claim({ counters, completionTokens: 30 }));
    before.settle([20]);
    meanwhile.settle([30]);
    redis!.thaw();
    await eventually(() => one.redis.ready && other.redis.ready);
    await eventually(async () => {
      const answer = await reserve(other.ledger, claim({ counters, completionTokens: 100 }));
      if ('refused' in answer) return false;
      answer.settle([0]);
      return answer.granted === 50;
    });
  });
});

/** As after a failover: it is the replica of a server that is not there, answers, and refuses what would change it. */
const takeNothing = (connection: RedisConnection, nothing: boolean) =>
  connection.run((client) => (nothing ? client.replicaof('127.0.0.1', '1') : client.replicaof('NO', 'ONE')));

const standsAt = (connection: RedisConnection, { key }: Counter) =>
  connection.run((client) => client.hget(`citadel:limits:${key}`, 'u'));
