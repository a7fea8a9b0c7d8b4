import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { LogFollowers } from '../../src/modules/generation/replicas/log-followers.js';
import { RemoteWatch } from '../../src/modules/generation/replicas/remote-watch.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { generationOf, post } from '../support/gateway-calls.js';
import { readSse } from '../support/sse.js';
import type { TokenFrame } from '../support/task-streams.js';
import { untilAllHear } from '../support/until-all-hear.js';

if (!hasRedisServer)
  console.log('redis-server is not installed: event sources are not tested on several replicas');

const PIECES = Array.from({ length: 60 }, (_, index) => `${index === 0 ? '' : ' '}piece${index}é👋`);
const TEXT = PIECES.join('');

interface Said {
  readonly token?: string;
  readonly text?: string;
  readonly data?: { readonly type: string; readonly text?: string };
}

/** Routes, the events that bring text, and where it is in them. */
const ROUTES: [path: string, event: string | undefined, piece: (said: Said) => string | undefined][] = [
  ['/api/stream/travel?prompt=x&profile=voice', 'chunk', ({ text }) => text],
  ['/agent/stream?agent_type=travel&task=x', undefined, ({ token }) => token],
  [
    '/streaming/sse/chat?message=x&model=phi3',
    'chat_completion',
    ({ data }) => (data?.type === 'chunk' ? data.text : undefined),
  ],
];

describe.runIf(hasRedisServer)('event sources that come back to another replica', () => {
  let redis: RedisProcess;
  let ollama: FakeOllama;
  let replicas: TestGateway[];

  const open = (replica: number, path: string, init: RequestInit = {}) =>
    fetch(replicas[replica]!.url + path, init);
  const calls = () => ollama.requests.filter(({ path }) => path === '/api/chat').length;

  /** How to read text and last id of a stream, as far as `until`, or to its end. */
  const reader =
    (textEvent: string | undefined, piece: (said: Said) => string | undefined) =>
    async (response: Response, until?: string) => {
      let text = '';
      let last = '';
      for await (const { id, event, data } of readSse(response)) {
        if (id !== undefined) last = id;
        if (data === undefined || event !== textEvent) continue;
        text += piece(JSON.parse(data) as Said) ?? '';
        if (until !== undefined && text.endsWith(until)) break;
      }
      return { text, last };
    };

  beforeAll(async () => {
    redis = await (await RedisProcess.create()).start();
    ollama = await new FakeOllama({ models: 'any' }).listen();
    const env = { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', REDIS_URL: redis.url };
    replicas = [
      await createGateway(env, undefined, { signedIn: 'where needed' }),
      await createGateway(env, undefined, { signedIn: 'where needed' }),
    ];
    await untilAllHear(replicas);
  });
  beforeEach(() => ollama.answer({ pieces: PIECES, evalCount: PIECES.length }));
  afterAll(async () => {
    for (const replica of replicas) await replica.close();
    await ollama.close();
    await redis.stop();
  });

  it.each(ROUTES)('are given the rest of %s, while it runs and later', async (path, event, piece) => {
    const read = reader(event, piece);
    const before = calls();
    const gate = ollama.hold(30);
    const abort = new AbortController();
    const response = await open(0, path, { signal: abort.signal });
    const { text, last } = await read(response, PIECES[29]);
    abort.abort();
    const headers = { 'last-event-id': last };
    // There is no first byte before the model says more.
    const comingBack = open(1, path, { headers });
    gate.open();
    const again = await comingBack;
    expect([again.status, generationOf(again)]).toEqual([200, generationOf(response)]);
    const rest = await read(again);
    expect(text + rest.text).toBe(TEXT);
    const later = await open(1, path, { headers });
    expect(text + (await read(later)).text).toBe(TEXT);
    const over = await open(1, path, { headers: { 'last-event-id': rest.last } });
    expect([over.status, calls() - before]).toEqual([204, 1]);
  });

  it.each(ROUTES)('are told to stop where there is none, on %s', async (path) => {
    const before = calls();
    const response = await open(1, path, { headers: { 'last-event-id': `chatcmpl-${'0'.repeat(32)}:3` } });
    expect([response.status, calls() - before]).toEqual([204, 0]);
  });

  describe('who watches its tasks from another replica', () => {
    const run = (task: string) => post(`${replicas[0]!.url}/agent/stream`, { agent_type: 'travel', task });
    const watch = (signal?: AbortSignal) => open(1, '/agent/stream', { signal: signal ?? null });

    const followedThere = () => replicas[1]!.app.get(LogFollowers)['followed'].size;

    /** What is said of one task, up to its end. */
    async function framesOf(response: Response): Promise<TokenFrame[]> {
      const seen: TokenFrame[] = [];
      for await (const { data } of readSse(response)) {
        if (data === undefined) continue;
        seen.push(JSON.parse(data) as TokenFrame);
        if (seen.at(-1)!.final) break;
      }
      return seen;
    }

    it('sees those that run when it comes', async () => {
      const gate = ollama.hold(30);
      const task = await run('x');
      await gate.reached;
      const watched = await watch();
      await eventually(() => followedThere() === 1);
      gate.open();
      const frames = await framesOf(watched);
      expect(frames.map(({ token }) => token ?? '').join('')).toBe(TEXT);
      expect(new Set(frames.map(({ generation_id: id }) => id))).toEqual(new Set([generationOf(task)]));
    });

    it('sees those that begin later, and keeps none of them going', async () => {
      const watched = await watch();
      const gate = ollama.hold(30);
      const leaving = new AbortController();
      const task = await open(0, '/agent/stream', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ agent_type: 'travel', task: 'y' }),
        signal: leaving.signal,
      });
      await gate.reached;
      const running = replicas[0]!.app.get(GenerationRegistry).running(generationOf(task))!;
      await eventually(() => followedThere() === 1);
      expect(running['readers'].filter((reader) => reader instanceof RemoteWatch)).toEqual([]);
      leaving.abort();
      const frames: object[] = [];
      for await (const { data } of readSse(watched)) {
        if (data === undefined) continue;
        frames.push(JSON.parse(data) as object);
        if (data.includes('cancelled')) break;
      }
      expect(frames.at(-1)).toEqual({ cancelled: true, generation_id: generationOf(task) });
      await eventually(() => followedThere() === 0);
      gate.open();
    });
  });
});
