import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lifecycle } from '../../src/common/lifecycle.js';
import { ANONYMOUS } from '../../src/contracts/principal.js';
import { RedisConnection } from '../../src/infrastructure/redis/index.js';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { LogFollowers } from '../../src/modules/generation/replicas/log-followers.js';
import { LogMirror } from '../../src/modules/generation/replicas/log-mirror.js';
import { mirrorKey } from '../../src/modules/generation/replicas/mirrored-log.js';
import { RemoteWatch } from '../../src/modules/generation/replicas/remote-watch.js';
import { RedisReplicas } from '../../src/modules/generation/replicas/redis-replicas.js';
import { ReplicaName } from '../../src/modules/generation/replicas/replica-name.js';
import { ReplicaTalk } from '../../src/modules/generation/replicas/replica-talk.js';
import { Replicas } from '../../src/modules/generation/replicas/replicas.js';
import { BackendDirectory } from '../../src/modules/models/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, readUntil, resetBreakers } from '../support/gateway-calls.js';
import { readChatStream, readSse } from '../support/sse.js';
import { getFault } from '../support/upstream-faults.js';
import { untilAllHear } from '../support/until-all-hear.js';

if (!hasRedisServer) console.log('redis-server is not installed: replicas are not tested');

const PIECES = Array.from({ length: 200 }, (_, index) => `${index === 0 ? '' : ' '}piece${index}é👋`);
const TEXT = PIECES.join('');

describe.runIf(hasRedisServer)('replicas that share a Redis', () => {
  let redis: RedisProcess;
  let ollama: FakeOllama;
  let replicas: TestGateway[];
  let turn = 0;

  /** The next replica, as a round robin would choose it. */
  const next = () => replicas[turn++ % replicas.length]!;
  const areReady = (ready: boolean) =>
    eventually(() => replicas.every(({ app }) => app.get(RedisConnection).ready === ready));
  const resume = (id: string, query = '', replica = next()) =>
    fetch(`${replica.url}/v1/generations/${id}/stream${query}`);
  const cancel = (id: string, replica = next()) =>
    fetch(`${replica.url}/v1/generations/${id}/cancel`, { method: 'POST' });

  const statusOf = (id: string, replica = next()) => fetch(`${replica.url}/v1/generations/${id}`);

  beforeAll(async () => {
    redis = await (await RedisProcess.create()).start();
    ollama = await new FakeOllama({ models: 'any' }).listen();
    const env = { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', REDIS_URL: redis.url };
    replicas = [await createGateway(env), await createGateway(env), await createGateway(env)];
    await areReady(true);
    await untilAllHear(replicas);
  });
  beforeEach(() => ollama.answer({ pieces: PIECES, evalCount: PIECES.length }));
  afterAll(async () => {
    for (const replica of replicas) await replica.close();
    await ollama.close();
    await redis.stop();
  });

  it.each([20, 90, 199])('go on with a stream that was cut after %i events', async (events) => {
    const abort = new AbortController();
    const response = await askChat(
      next(),
      { stream: true, on_disconnect: 'continue' },
      { headers: { 'x-stream-resume': '1' }, signal: abort.signal },
    );
    let text = '';
    let seen = 0;
    for await (const frame of readSse(response)) {
      if (frame.id === undefined) continue;
      text += JSON.parse(frame.data!).choices[0].delta.content;
      if (++seen === events) break;
    }
    abort.abort();
    const rest = await readChatStream(await resume(generationOf(response), `?starting_after=${events - 1}`));
    expect(text + rest.text).toBe(TEXT);
    expect(rest.done).toBe(true);
    expect(rest.frames.find(({ id }) => id !== undefined)?.id).toBe(`${generationOf(response)}:${events}`);
  });

  it('watch an answer that another one makes, from its beginning to its end', async () => {
    const gate = ollama.hold(100);
    const response = await askChat(next(), { stream: true });
    const { said, whole } = readUntil(response, 'piece99');
    await said;
    const id = generationOf(response);
    const watchers = await Promise.all([
      resume(id),
      resume(id, '?profile=gui'),
      resume(id, '?profile=voice'),
    ]);
    const begun = watchers.map((watcher) => readUntil(watcher, 'piece99'));
    await Promise.all(begun.map((watcher) => watcher.said));
    gate.open();
    for (const stream of [await whole, ...(await Promise.all(begun.map((watcher) => watcher.whole)))]) {
      expect(stream.text).toBe(TEXT);
      expect(stream.done).toBe(true);
    }
  });

  it('keep an answer going that only a reader elsewhere wants', async () => {
    const gate = ollama.hold(3);
    const abort = new AbortController();
    const [first, second] = [next(), next()];
    const body = { stream: true, on_disconnect: 'continue', grace_s: 1 };
    const response = await askChat(first, body, { signal: abort.signal });
    const { said, whole } = readUntil(response, 'piece2');
    whole.catch(() => undefined);
    await said;
    const id = generationOf(response);
    const watcher = readUntil(await resume(id, '', second), 'piece2');
    await watcher.said;
    abort.abort();
    const running = first.app.get(GenerationRegistry).running(id)!;
    // Of its own readers none is left, and its time does not run.
    await eventually(() => {
      const [reader, ...others] = running['readers'];
      return others.length === 0 && reader instanceof RemoteWatch;
    });
    expect(running['grace']).toBeUndefined();
    gate.open();
    expect((await watcher.whole).text).toBe(TEXT);
  });

  it('stop an answer that another one makes, and say so once', async () => {
    for (const from of [0, 1, 2]) {
      const gate = ollama.hold(3);
      const response = await askChat(replicas[from]!, { stream: true });
      const { said, whole } = readUntil(response, 'piece2');
      await said;
      const id = generationOf(response);
      const other = replicas[(from + 1) % 3]!;
      const stopped = await cancel(id, other);
      expect([stopped.status, await stopped.json()]).toEqual([200, { id, status: 'cancelled' }]);
      const stream = await whole;
      expect(stream.error).toMatchObject({ code: 'cancelled' });
      expect(stream.done).toBe(false);
      expect((await cancel(id, other)).status).toBe(409);
      expect((await cancel(id, replicas[from])).status).toBe(409);
      gate.open();
    }
    expect((await cancel('chatcmpl-none')).status).toBe(404);
  });

  it('know where an answer stands that another one makes', async () => {
    const gate = ollama.hold(3);
    const response = await askChat(replicas[0]!, { stream: true });
    const { said, whole } = readUntil(response, 'piece2');
    await said;
    const id = generationOf(response);
    const status = async () =>
      (await (await fetch(`${replicas[1]!.url}/v1/generations/${id}`)).json()) as { status: string };
    expect(await status()).toMatchObject({ id, status: 'running' });
    gate.open();
    await whole;
    expect(await status()).toMatchObject({ id, status: 'finished', finish_reason: 'stop' });
    expect((await fetch(`${replicas[1]!.url}/v1/generations/none`)).status).toBe(404);
  });

  it('answer the same Idempotency-Key by one generation', async () => {
    const before = ollama.requests.filter(({ path }) => path === '/api/chat').length;
    const headers = { 'idempotency-key': 'shared' };
    const responses = await Promise.all(
      Array.from({ length: 30 }, () => askChat(next(), { stream: true }, { headers })),
    );
    const streams = await Promise.all(responses.map((response) => readChatStream(response)));
    expect(new Set(streams.map(({ text }) => text))).toEqual(new Set([TEXT]));
    expect(new Set(responses.map(generationOf)).size).toBe(1);
    expect(ollama.requests.filter(({ path }) => path === '/api/chat').length - before).toBe(1);
  });

  it('answer an Idempotency-Key again also where the model server is left alone', async () => {
    const headers = { 'idempotency-key': 'answered' };
    const first = await askChat(replicas[0]!, {}, { headers });
    const { breaker } = replicas[1]!.app
      .get(BackendDirectory)
      .gates.find(({ backend }) => backend.name === 'ollama')!;
    while (breaker.state === 'closed') breaker.record(breaker.admit()!, 'failure');
    try {
      expect((await askChat(replicas[1]!)).status).toBe(503);
      const again = await askChat(replicas[1]!, {}, { headers });
      expect([again.status, generationOf(again)]).toEqual([200, generationOf(first)]);
    } finally {
      resetBreakers(replicas[1]!);
    }
  });

  it('show nobody what is not theirs', async () => {
    const response = await askChat(replicas[0]!, { stream: true });
    await response.text();
    const others = replicas[1]!.app.get<Replicas>(Replicas);
    const id = generationOf(response);
    expect(await others.follow(id, { ...ANONYMOUS, tenant: 'globex' })).toBeUndefined();
    expect(await others.cancel(id, { ...ANONYMOUS, tenant: 'globex' })).toBe('unknown');
    expect(await others.follow(id, ANONYMOUS)).toMatchObject({ profile: 'generic' });
  });

  it('say honestly that the one is gone that made an answer', async () => {
    const gate = ollama.hold(3);
    const [first, second] = [replicas[0]!, replicas[1]!];
    const response = await askChat(first, { stream: true });
    const { said, whole } = readUntil(response, 'piece2');
    await said;
    const watcher = readUntil(await resume(generationOf(response), '', second), 'piece2');
    await watcher.said;
    const talk = second.app.get(ReplicaTalk);
    vi.spyOn(talk, 'ask').mockResolvedValue({ answers: [], isWhole: false });
    const id = generationOf(response);
    const status = async () => await (await fetch(`${second.url}/v1/generations/${id}`)).json();
    // It may only be busy.
    expect(await status()).toMatchObject({ status: 'running', error: null });
    expect((await cancel(id, second)).status).toBe(503);
    vi.spyOn(talk, 'isAlive').mockResolvedValue(false);
    const interrupted = { status: 'interrupted', usage: null, error: { code: 'interrupted' } };
    expect(await status()).toMatchObject(interrupted);
    expect((await cancel(id, second)).status).toBe(409);
    const stream = await watcher.whole;
    vi.restoreAllMocks();
    expect(stream.error).toMatchObject({ code: 'interrupted' });
    expect(stream.done).toBe(false);
    gate.open();
    await whole;
  });

  it('leave what they finish while they stop to the others', async () => {
    const last = await createGateway({
      OLLAMA_URL: ollama.origin,
      MODELS_ADMIT: 'any',
      REDIS_URL: redis.url,
    });
    await eventually(() => last.app.get(RedisConnection).ready);
    // As if it were all over before the next turn to copy.
    last.app.get(LogMirror).onApplicationShutdown();
    const gate = ollama.hold(3);
    const response = await askChat(last, { stream: true });
    const { said, whole } = readUntil(response, 'piece2');
    await said;
    const closed = last.close();
    await eventually(() => last.app.get(Lifecycle).draining);
    gate.open();
    expect((await whole).text).toBe(TEXT);
    await closed;
    expect((await readChatStream(await resume(generationOf(response)))).text).toBe(TEXT);
  });

  it('hear no nonsense that somebody writes to their channels', async () => {
    const connection = replicas[0]!.app.get(RedisConnection);
    const nonsense = [
      'null',
      '{',
      '"x"',
      '[]',
      '{"kind":"answer"}',
      '{"kind":"question","from":"x","nonce":1}',
    ];
    for (const text of nonsense) await connection.run((client) => client.publish('citadel:replicas', text));
    expect((await fetch(`${replicas[1]!.url}/v1/generations/none`)).status).toBe(404);
    expect((await readChatStream(await askChat(replicas[1]!, { stream: true }))).text).toBe(TEXT);
  });

  it('try a key again once, wherever, when its generation failed', async () => {
    const headers = { 'idempotency-key': 'failing' };
    const calls = () => ollama.requests.filter(({ path }) => path === '/api/chat').length;
    await (await askChat(replicas[0]!)).text();
    await getFault('status 500 with no body').install(ollama);
    expect((await askChat(replicas[0]!, {}, { headers })).status).toBe(502);
    for (const replica of replicas) resetBreakers(replica);
    ollama.answer({ pieces: PIECES, evalCount: PIECES.length });
    const before = calls();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => askChat(next(), { stream: true }, { headers: { ...headers } })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const texts = await Promise.all(answers.map(async (answer) => (await readChatStream(answer)).text));
    expect(new Set(texts)).toEqual(new Set([TEXT]));
    expect(calls() - before).toBe(1);
  });

  it('copy everything anew when Redis comes back and has forgotten it', async () => {
    const gate = ollama.hold(100);
    const response = await askChat(replicas[0]!, { stream: true });
    const { said, whole } = readUntil(response, 'piece99');
    await said;
    const id = generationOf(response);
    const early = readUntil(await resume(id, '', replicas[1]), 'piece99');
    await early.said;
    await redis.stop();
    await areReady(false);
    await redis.start();
    await areReady(true);
    const late = await eventually(
      () => resume(id, '', replicas[2]),
      ({ status }) => status === 200,
    );
    gate.open();
    expect((await whole).text).toBe(TEXT);
    expect((await early.whole).text).toBe(TEXT);
    expect((await readChatStream(late)).text).toBe(TEXT);
  });

  it('copy anew what Redis has forgotten, also while nothing is added to it', async () => {
    const gate = ollama.hold(100);
    const response = await askChat(replicas[0]!, { stream: true });
    const { said, whole } = readUntil(response, 'piece99');
    await said;
    const id = generationOf(response);
    const early = readUntil(await resume(id, '', replicas[1]), 'piece99');
    await early.said;
    await replicas[0]!.app.get(RedisConnection).run((client) => client.flushdb());
    const late = await resume(id, '', replicas[2]);
    expect(late.status).toBe(200);
    await replicas[0]!.app.get(RedisConnection).run((client) => client.flushdb());
    gate.open();
    expect((await whole).text).toBe(TEXT);
    expect((await early.whole).text).toBe(TEXT);
    expect((await readChatStream(late)).text).toBe(TEXT);
    expect((await readChatStream(await resume(id, '', replicas[1]))).text).toBe(TEXT);
  });

  describe('when Redis forgets an end before it was read elsewhere', () => {
    let stream: ReturnType<typeof readUntil>;

    /** A stream that another replica reads, up to the moment in which its end is in Redis and not yet read there. */
    async function untilEndIsMirrored(): Promise<void> {
      const gate = ollama.hold(100);
      const response = await askChat(replicas[0]!, { stream: true });
      const own = readUntil(response, 'piece99');
      await own.said;
      const id = generationOf(response);
      stream = readUntil(await resume(id, '', replicas[1]), 'piece99');
      await stream.said;
      vi.spyOn(replicas[1]!.app.get(LogFollowers), 'look').mockResolvedValue();
      gate.open();
      expect((await own.whole).text).toBe(TEXT);
      const connection = replicas[0]!.app.get(RedisConnection);
      const key = mirrorKey(ANONYMOUS.tenant, id);
      const last = () => connection.run((client) => client.xrevrange(key, '+', '-', 'COUNT', 1));
      await eventually(async () => (await last())[0]?.[1][0] === 'x');
    }

    const forget = async () => {
      await replicas[0]!.app.get(RedisConnection).run((client) => client.flushdb());
      vi.restoreAllMocks();
    };

    it('have it mirrored again', async () => {
      await untilEndIsMirrored();
      await forget();
      expect(await stream.whole).toMatchObject({ text: TEXT, done: true });
    });

    it('say that it broke off where nobody knows it any more', async () => {
      await untilEndIsMirrored();
      await forget();
      vi.spyOn(replicas[0]!.app.get(GenerationRegistry), 'findFinished').mockReturnValue(undefined);
      expect(await stream.whole).toMatchObject({ error: { code: 'interrupted' }, done: false });
      vi.restoreAllMocks();
    });
  });

  it('take nobody for gone whose pulse Redis has forgotten', async () => {
    const talk = replicas[1]!.app.get(ReplicaTalk);
    const { value: name } = replicas[0]!.app.get(ReplicaName);
    const connection = replicas[1]!.app.get(RedisConnection);
    // Else nobody is taken for gone so soon after the connection was made.
    vi.spyOn(connection, 'readyAt', 'get').mockReturnValue(-Infinity);
    await connection.run((client) => client.flushdb());
    expect(await talk.isAlive(name)).toBe(true);
    expect(await talk.isAlive('nobody')).toBe(false);
    vi.restoreAllMocks();
  });

  it('call nothing missing that others could not be asked for as Redis came back', async () => {
    const response = await askChat(replicas[0]!, { stream: true });
    await response.text();
    await redis.stop();
    await areReady(false);
    await redis.start();
    await areReady(true);
    const seen = new Set<number>();
    await eventually(async () => {
      const { status, body } = await resume(generationOf(response), '', replicas[1]);
      await body?.cancel();
      return seen.add(status).has(200);
    });
    expect([...seen].filter((status) => status !== 503)).toEqual([200]);
    await untilAllHear(replicas);
    expect((await resume('chatcmpl-none', '', replicas[1])).status).toBe(503);
  });

  it.each([
    ['does not answer', () => new Promise<never>(() => undefined)],
    ['cannot find out', () => Promise.reject(new Error('Redis is away'))],
  ])('call nothing missing while one that may have it %s', async (_why, answer) => {
    vi.spyOn(replicas[0]!.app.get(LogMirror), 'tick').mockResolvedValue();
    const response = await askChat(replicas[0]!);
    await response.text();
    vi.spyOn(replicas[0]!.app.get(RedisReplicas), 'answer').mockImplementation(answer);
    const id = generationOf(response);
    const asked = [resume(id, '', replicas[1]), cancel(id, replicas[1]), statusOf(id, replicas[1])];
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([503, 503, 503]);
    vi.restoreAllMocks();
    expect((await statusOf(id, replicas[1])).status).toBe(200);
  });

  it('lose nothing of a stream while Redis is away, and say that they cannot ask', async () => {
    const gate = ollama.hold(100);
    const response = await askChat(replicas[0]!, { stream: true });
    const { said, whole } = readUntil(response, 'piece99');
    await said;
    await redis.stop();
    await areReady(false);
    const refused = await resume(generationOf(response), '', replicas[1]);
    expect(refused.status).toBe(503);
    gate.open();
    expect((await whole).text).toBe(TEXT);
    await redis.start();
    await areReady(true);
    const again = await eventually(
      () => resume(generationOf(response), '', replicas[1]),
      ({ status }) => status === 200,
    );
    expect((await readChatStream(again)).text).toBe(TEXT);
  });
});
