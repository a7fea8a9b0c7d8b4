import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { generationOf, post, readUntil } from '../support/gateway-calls.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { RoundRobin } from '../support/round-robin.js';
import { readChatStream, readSse } from '../support/sse.js';
import { copyEmbedded, createOnServer, SERVER_URL, type TestDatabase } from './database-support.js';

if (!hasRedisServer) console.log('redis-server is not installed: replicas as processes are not tested');
if (!SERVER_URL) console.log('TEST_DATABASE_URL is not set: replicas as processes keep no record');

const REPLICAS = 3;
const PIECES = Array.from({ length: 200 }, (_, index) => `${index === 0 ? '' : ' '}piece${index}é👋`);
const TEXT = PIECES.join('');
const CUTS = [1, 20, 90, 150, 199];
/** Until a replica that says nothing is taken to be gone. */
const GONE_MS = 15_000;

interface Replica {
  readonly process: GatewayProcess;
  readonly url: string;
}

describe.runIf(hasRedisServer)('three processes behind a round robin', { timeout: 60_000 }, () => {
  let redis: RedisProcess;
  let ollama: FakeOllama;
  let database: TestDatabase | undefined;
  let dataDir: string;
  let started = 0;
  let replicas: Replica[] = [];
  let balancer: RoundRobin;

  const ask = (body: object = {}, url = balancer.url, init?: RequestInit) =>
    post(
      `${url}/v1/chat/completions`,
      { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }], stream: true, ...body },
      init,
    );
  const resume = (id: string, query = '', url = balancer.url) =>
    fetch(`${url}/v1/generations/${id}/stream${query}`);
  const cancel = (id: string, url = balancer.url) =>
    fetch(`${url}/v1/generations/${id}/cancel`, { method: 'POST' });
  const statusOf = async (id: string, url = balancer.url) =>
    (await (await fetch(`${url}/v1/generations/${id}`)).json()) as { status: string; error: object | null };

  const configDir = () => join(dataDir, 'config');

  async function start(): Promise<Replica> {
    const { config } = database ?? {};
    const directory = join(dataDir, String(started++));
    if (config === undefined) await copyEmbedded(join(directory, 'postgres'));
    const process = new GatewayProcess({
      CITADEL_DATA_DIR: directory,
      CITADEL_CONFIG_DIR: configDir(),
      OLLAMA_URL: ollama.origin,
      MODELS_ADMIT: 'any',
      REDIS_URL: redis.url,
      LOAD_SHED: 'off',
      DRAIN_TIMEOUT_S: '2',
      ...(config?.kind === 'postgres' ? { DATABASE_URL: config.url } : { AUDIT_MODE: 'off' }),
    });
    return { process, url: await process.url() };
  }

  /** The replicas that are left, with others in the places of those that are gone, all of which hear each other. */
  async function fill(): Promise<void> {
    const missing = Array.from({ length: REPLICAS - replicas.length }, start);
    replicas = [...replicas, ...(await Promise.all(missing))];
    balancer.targets = replicas.map(({ url }) => url);
    await eventually(async () => {
      const asked = replicas.map(({ url }) => fetch(`${url}/v1/generations/none`));
      return (await Promise.all(asked)).every(({ status }) => status === 404);
    });
  }

  function takeOut(): Replica {
    const gone = replicas.shift()!;
    balancer.targets = replicas.map(({ url }) => url);
    return gone;
  }

  /** Reads so many events with an id and hangs up. */
  async function read(response: Response, events: number, abort: AbortController): Promise<string> {
    let text = '';
    let seen = 0;
    for await (const { id, data } of readSse(response)) {
      if (id === undefined) continue;
      text += JSON.parse(data!).choices[0].delta.content;
      if (++seen === events) break;
    }
    abort.abort();
    return text;
  }

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'citadel-replicas-'));
    database = SERVER_URL ? await createOnServer() : undefined;
    // On a busy machine Redis may take longer to answer than a gateway should wait for it.
    await cp('config', configDir(), { recursive: true });
    await appendFile(join(configDir(), 'environments/development.yaml'), '\nredis: { socket_timeout: 5 }\n');
    redis = await (await RedisProcess.create()).start();
    ollama = await new FakeOllama({ models: 'any' }).listen();
    balancer = await new RoundRobin([]).listen();
  });
  beforeEach(async () => {
    ollama.answer({ pieces: PIECES, evalCount: PIECES.length });
    await fill();
  });
  afterAll(async () => {
    await Promise.all(replicas.map(({ process }) => process.stop()));
    await balancer.close();
    await ollama.close();
    await redis.stop();
    await database?.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('a stream that is cut again and again goes on where it was cut', async () => {
    const gate = ollama.hold(100);
    const headers = { 'x-stream-resume': '1' };
    let abort = new AbortController();
    let response = await ask({ on_disconnect: 'continue' }, balancer.url, { headers, signal: abort.signal });
    const id = generationOf(response);
    let text = '';
    let place = 0;
    for (const cut of CUTS) {
      text += await read(response, cut - place, abort);
      place = cut;
      if (cut === 90) gate.open();
      abort = new AbortController();
      response = await fetch(`${balancer.url}/v1/generations/${id}/stream?starting_after=${cut - 1}`, {
        signal: abort.signal,
      });
    }
    const rest = await readChatStream(response);
    expect(text + rest.text).toBe(TEXT);
    expect(rest.done).toBe(true);
  });

  it('a cancel by another replica closes the connection to the model server, each of thirty times', async () => {
    const gates = Array.from({ length: 30 }, () => ollama.hold(1));
    const begun = await Promise.all(
      gates.map(async (_, index) => {
        const response = await ask({}, replicas[index % REPLICAS]!.url);
        const { said, whole } = readUntil(response, 'piece0');
        await said;
        return { id: generationOf(response), whole, elsewhere: replicas[(index + 1) % REPLICAS]!.url };
      }),
    );
    const answers = await Promise.all(begun.map(({ id, elsewhere }) => cancel(id, elsewhere)));
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(
      begun.map(({ id }) => ({ id, status: 'cancelled' })),
    );
    for (const { reached } of gates)
      expect((await (await reached).connection.closed).closedBy).toBe('client');
    for (const { id, whole } of begun) {
      expect(await whole).toMatchObject({ text: PIECES[0], done: false, error: { code: 'cancelled' } });
      for (const { url } of replicas) expect((await cancel(id, url)).status).toBe(409);
    }
    for (const { url } of replicas) expect((await cancel('chatcmpl-none', url)).status).toBe(404);
  });

  it('watchers on all of them read the same', async () => {
    const gate = ollama.hold(100);
    const response = await ask({}, balancer.url, { headers: { 'x-stream-resume': '1' } });
    const watchers = await Promise.all(replicas.map(({ url }) => resume(generationOf(response), '', url)));
    const reading = [response, ...watchers].map((each) => readUntil(each, 'piece99'));
    await Promise.all(reading.map(({ said }) => said));
    gate.open();
    for (const { whole } of reading) {
      const { text, done, finishReason } = await whole;
      expect({ text, done, finishReason }).toEqual({ text: TEXT, done: true, finishReason: 'stop' });
    }
  });

  it('who watches a stream whose replica is killed is told so, and everybody who asks', async () => {
    const gate = ollama.hold(3);
    const [running] = replicas;
    const response = await ask({}, running!.url);
    const id = generationOf(response);
    const { said, whole } = readUntil(response, 'piece2');
    await said;
    const watchers = replicas.slice(1).map(async ({ url }) => readUntil(await resume(id, '', url), 'piece2'));
    const watching = await Promise.all(watchers);
    await Promise.all(watching.map((watcher) => watcher.said));

    const { process } = takeOut();
    process.kill('SIGKILL');
    expect(await process.exit()).toBe('SIGKILL');
    expect(await whole).toMatchObject({ done: false, broken: expect.anything() });
    for (const watcher of watching) {
      const { text, done, error, broken, chunks } = await watcher.whole;
      expect({ text, done, broken }).toEqual({
        text: PIECES.slice(0, 3).join(''),
        done: false,
        broken: undefined,
      });
      expect(error).toMatchObject({ code: 'interrupted' });
      expect(chunks.filter((chunk) => chunk.error !== undefined)).toHaveLength(1);
    }
    for (const { url } of replicas) {
      const status = () => statusOf(id, url);
      const known = await eventually(status, (each) => each.status !== 'running', { deadlineMs: GONE_MS });
      expect(known).toMatchObject({ id, status: 'interrupted', error: { code: 'interrupted' } });
      expect((await cancel(id, url)).status).toBe(409);
      const again = await readChatStream(await resume(id, '', url));
      expect(again).toMatchObject({ done: false, error: { code: 'interrupted' } });
    }
    gate.open();
  });

  it('a replica that is stopped finishes its streams, or says that it did not', async () => {
    const { url } = replicas[0]!;
    const elsewhere = replicas[1]!.url;
    const body = { on_disconnect: 'continue', grace_s: 30 };
    const gates = [ollama.hold(3), ollama.hold(3), ollama.hold(3)];
    const begin = async () => {
      const abort = new AbortController();
      const response = await ask(body, url, { signal: abort.signal });
      const here = readUntil(response, 'piece2');
      await here.said;
      const id = generationOf(response);
      const there = readUntil(await resume(id, '', elsewhere), 'piece2');
      await there.said;
      return { id, abort, here, there };
    };
    const finishing = await begin();
    const left = await begin();
    const endless = await begin();
    left.abort.abort();
    await left.here.whole;

    const { process } = takeOut();
    process.kill('SIGTERM');
    await process.said(/shutting down/);
    gates[0]!.open();
    gates[1]!.open();
    for (const { whole } of [finishing.here, finishing.there, left.there])
      expect(await whole).toMatchObject({ text: TEXT, done: true, error: undefined, broken: undefined });
    for (const { whole } of [endless.here, endless.there]) {
      const { text, done, error } = await whole;
      expect({ text, done }).toEqual({ text: PIECES.slice(0, 3).join(''), done: false });
      expect(error).toMatchObject({ code: 'shutdown' });
    }
    expect(await process.exit()).toBe(0);
    for (const { id } of [finishing, left]) {
      expect(await statusOf(id)).toMatchObject({ status: 'finished' });
      expect(await readChatStream(await resume(id))).toMatchObject({ text: TEXT, done: true });
    }
    expect(await statusOf(endless.id)).toMatchObject({ status: 'cancelled', error: { code: 'shutdown' } });
    const again = await readChatStream(await resume(endless.id));
    expect(again).toMatchObject({ done: false, error: { code: 'shutdown' } });
    gates[2]!.open();
  });
});
