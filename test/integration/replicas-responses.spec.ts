import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisChannels, RedisConnection } from '../../src/infrastructure/redis/index.js';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import { ReplicaTalk } from '../../src/modules/generation/replicas/replica-talk.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';
import { readError } from '../support/openai-schemas-bodies.js';
import { RESPONSE } from '../support/response-schemas.js';
import {
  faultsOfResponseStream,
  readResponseStream,
  type ResponseBody,
  type ResponseItem,
} from '../support/response-stream.js';

if (!hasRedisServer) console.log('redis-server is not installed: responses of other replicas are not tested');

const PIECES = Array.from({ length: 100 }, (_, index) => `${index === 0 ? '' : ' '}piece${index}é👋`);
const TEXT = PIECES.join('');
const UNKNOWN = `resp_${'0'.repeat(32)}`;
/** More than is shared. */
const LARGE = 'x'.repeat(5 * 1024 * 1024);

describe.runIf(hasRedisServer)('responses of replicas that share a Redis', () => {
  let redis: RedisProcess;
  let ollama: FakeOllama;
  let replicas: TestGateway[];
  let first: TestGateway;
  let second: TestGateway;
  let third: TestGateway;

  const create = (body: object = {}, replica = first) =>
    post(`${replica.url}/v1/responses`, { model: 'phi3', input: 'Hello', ...body });
  const begin = async (body: object = {}, replica = first) =>
    (await (await create(body, replica)).json()) as ResponseBody;
  const get = (id: string, path = '', replica = second) => fetch(`${replica.url}/v1/responses/${id}${path}`);
  const read = async (id: string, replica = second) =>
    (await (await get(id, '', replica)).json()) as ResponseBody;
  const cancel = (id: string, replica = second) => post(`${replica.url}/v1/responses/${id}/cancel`, {});
  const remove = (id: string, replica = second) =>
    fetch(`${replica.url}/v1/responses/${id}`, { method: 'DELETE' });
  const ended = (id: string, replica = second) =>
    eventually(
      () => read(id, replica),
      ({ status }) => status !== 'in_progress',
    );
  const areReady = (ready: boolean) =>
    eventually(() => replicas.every(({ app }) => app.get(RedisConnection).ready === ready));
  /** Each hears what another one asks. */
  const areHeard = () =>
    eventually(async () => {
      const asked = replicas.map(({ url }) => fetch(`${url}/v1/generations/none`));
      return (await Promise.all(asked)).every(({ status }) => status === 404);
    });

  beforeAll(async () => {
    redis = await (await RedisProcess.create()).start();
    ollama = await new FakeOllama({ models: 'any' }).listen();
    const env = { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', REDIS_URL: redis.url };
    replicas = [await createGateway(env), await createGateway(env), await createGateway(env)];
    [first, second, third] = replicas as [TestGateway, TestGateway, TestGateway];
    await areReady(true);
    await areHeard();
  });
  beforeEach(() => ollama.answer({ pieces: PIECES, evalCount: PIECES.length }));
  afterAll(async () => {
    for (const replica of replicas) await replica.close();
    await ollama.close();
    await redis.stop();
  });

  it('are read everywhere as they are where they were made', async () => {
    const made = await begin({ instructions: 'Be brief.', metadata: { a: 'é' } });
    for (const replica of replicas) {
      const response = await get(made.id, '', replica);
      expect(response.headers.get('x-generation-id')).toBe(made.id);
      const body = (await response.json()) as ResponseBody;
      expect(RESPONSE(body)).toEqual([]);
      expect(body).toEqual(made);
    }
  });

  it('are found everywhere also when Redis has forgotten them', async () => {
    const forget = () => first.app.get(RedisConnection).run((client) => client.flushdb());
    const gate = ollama.hold(50);
    const { id } = await begin({ background: true });
    await gate.reached;
    await forget();
    expect(await read(id)).toMatchObject({ id, status: 'in_progress' });
    await forget();
    gate.open();
    expect(await ended(id, third)).toMatchObject({ id, status: 'completed' });
    await forget();
    expect(await read(id)).toEqual(await read(id, first));
    await remove(id);
    expect((await get(id, '', third)).status).toBe(404);
  });

  it('are found everywhere by whoever was told their id', async () => {
    const found = Array.from({ length: 30 }, async () => {
      const { id } = await begin({ background: true });
      return Promise.all([second, third].map(async (replica) => (await get(id, '', replica)).status));
    });
    expect(new Set((await Promise.all(found)).flat())).toEqual(new Set([200]));
  });

  it.each([0, 20, 99])('go on elsewhere after event %i, byte for byte', async (cut) => {
    const whole = await readResponseStream(await create({ stream: true, background: true }));
    expect(faultsOfResponseStream(whole)).toEqual([]);
    const { raw, events } = whole;
    for (const replica of [second, third]) {
      const path = `?stream=true&starting_after=${cut}`;
      const rest = await readResponseStream(await get(events[0]!.response!.id, path, replica));
      expect(rest.raw.join('')).toBe(raw.slice(cut + 1).join(''));
    }
  });

  it('are watched everywhere while one makes them', async () => {
    const gate = ollama.hold(50);
    const { id } = await begin({ background: true });
    await gate.reached;
    expect(await read(id)).toMatchObject({ id, status: 'in_progress' });
    const watchers = await Promise.all(replicas.map((replica) => get(id, '?stream=true', replica)));
    const streams = Promise.all(watchers.map((watcher) => readResponseStream(watcher)));
    gate.open();
    const [here, ...elsewhere] = await streams;
    expect(faultsOfResponseStream(here!)).toEqual([]);
    for (const { raw } of elsewhere) expect(raw).toEqual(here!.raw);
    expect(await ended(id, third)).toEqual(here!.events.at(-1)!.response);
  });

  it('are stopped from elsewhere, which closes the connection to the model server, and stay so', async () => {
    const gate = ollama.hold(50);
    const { id } = await begin({ background: true });
    const { connection } = await gate.reached;
    const cancelled = (await (await cancel(id)).json()) as ResponseBody;
    expect(RESPONSE(cancelled)).toEqual([]);
    expect(cancelled).toMatchObject({ id, status: 'cancelled' });
    expect((await connection.closed).closedBy).toBe('client');
    for (const replica of replicas) {
      expect(await (await cancel(id, replica)).json()).toEqual(cancelled);
      expect(await read(id, replica)).toEqual(cancelled);
    }
  });

  it('are followed elsewhere by others, which are told all that was said', async () => {
    const { id, output } = await begin({ input: 'I am Ada.' });
    const next = await begin({ input: 'Who?', previous_response_id: id }, second);
    const last = await begin(
      {
        input: [
          { type: 'item_reference', id: output[0]!.id },
          { role: 'user', content: 'So?' },
        ],
      },
      third,
    );
    expect(last.status).toBe('completed');
    const sent = ollama.requests.slice(-2).map(({ body }) => (body as { messages: object[] }).messages);
    expect(sent).toMatchObject([
      [{ content: 'I am Ada.' }, { content: TEXT }, { content: 'Who?' }],
      [{ content: TEXT }, { content: 'So?' }],
    ]);
    for (const replica of replicas) {
      const { data } = (await (await get(next.id, '/input_items?order=asc', replica)).json()) as {
        data: ResponseItem[];
      };
      expect(data.map(({ content }) => content![0]!.text)).toEqual(['I am Ada.', TEXT, 'Who?']);
    }
  });

  it('are found nowhere when one has deleted them', async () => {
    const { id } = await begin();
    const { id: following } = await begin({ previous_response_id: id }, second);
    expect(await (await remove(id, third)).json()).toEqual({ id, object: 'response.deleted', deleted: true });
    await eventually(async () => (await get(id, '', first)).status === 404);
    for (const replica of replicas) {
      for (const asked of [get(id, '', replica), get(id, '/input_items', replica), remove(id, replica)])
        expect((await asked).status).toBe(404);
      expect((await create({ previous_response_id: id }, replica)).status).toBe(400);
      expect((await read(following, replica)).status).toBe('completed');
    }
  });

  it('are found nowhere when those who have them did not hear that they were deleted', async () => {
    const { id } = await begin();
    const channels = third.app.get(RedisChannels);
    const say = channels.publish.bind(channels);
    const publish = vi
      .spyOn(channels, 'publish')
      .mockImplementation((channel, message) =>
        channel.endsWith(':deleted') ? Promise.resolve(0) : say(channel, message),
      );
    expect((await remove(id, third)).status).toBe(200);
    publish.mockRestore();
    for (const replica of replicas) expect((await get(id, '', replica)).status).toBe(404);
  });

  it('are stopped when one deletes what another makes', async () => {
    const gate = ollama.hold(50);
    const { id } = await begin({ background: true });
    const { connection } = await gate.reached;
    expect((await remove(id)).status).toBe(200);
    expect((await connection.closed).closedBy).toBe('client');
  });

  it('are not there when nobody kept them', async () => {
    const { id: unkept } = await begin({ store: false });
    const { id: large } = await begin({ input: LARGE });
    for (const id of [UNKNOWN, unkept, large]) {
      const response = await get(id);
      expect(response.status).toBe(404);
      expect((await readError(response)).error.code).toBe('response_not_found');
    }
    expect((await read(large, first)).status).toBe('completed');
  });

  it('are said to have failed when the one is gone that made them', async () => {
    const gate = ollama.hold(50);
    const { id } = await begin({ background: true });
    await gate.reached;
    const watching = readResponseStream(await get(id, '?stream=true'));
    // As it looks from here when the first does not answer and its pulse has stopped.
    const talk = second.app.get(ReplicaTalk);
    vi.spyOn(talk, 'ask').mockResolvedValue({ answers: [], isWhole: false });
    vi.spyOn(talk, 'isAlive').mockResolvedValue(false);
    const failed = await read(id);
    expect(RESPONSE(failed)).toEqual([]);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'server_error' } });
    const { events, raw } = await watching;
    expect(faultsOfResponseStream({ events, raw, broken: false })).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { id } });
    vi.restoreAllMocks();
    gate.open();
    await ended(id, first);
  });

  it('are where they were made while Redis is away, and everywhere when it is back', async () => {
    const { id: before } = await begin();
    await redis.stop();
    await areReady(false);
    const { id } = await begin();
    expect((await read(id, first)).status).toBe('completed');
    for (const asked of [get(id), get(before), get(UNKNOWN), remove(before, first), cancel(id)]) {
      const response = await asked;
      expect(response.status).toBe(503);
      expect((await readError(response)).error.code).toBe('dependency_unavailable');
    }
    expect((await create({ previous_response_id: id }, second)).status).toBe(503);
    expect((await get('nonsense')).status).toBe(404);
    expect((await read(before, first)).status).toBe('completed');
    await redis.start();
    await areReady(true);
    await areHeard();
    await eventually(async () => (await get(id)).status === 200);
    expect(await read(id)).toEqual(await read(id, first));
  });
});
