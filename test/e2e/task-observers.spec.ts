import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { generationOf, post, resetBreakers } from '../support/gateway-calls.js';
import { believe, caller, showing } from '../support/named-callers.js';
import { readSse } from '../support/sse.js';
import type { TokenFrame } from '../support/task-streams.js';

const MOST_OBSERVERS = 256;
const MOST_OF_ONE = 64;

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const run = (task: string) => post(`${gateway.url}/agent/stream`, { agent_type: 'qa_engineer', task });
const watch = (query = '', init?: RequestInit) => fetch(`${gateway.url}/agent/stream${query}`, init);

/** Frames up to the first for which this holds. */
async function framesUntil(
  response: Response,
  isLast: (frame: TokenFrame) => boolean,
): Promise<TokenFrame[]> {
  const seen: TokenFrame[] = [];
  for await (const { data } of readSse(response)) {
    if (data === undefined) continue;
    seen.push(JSON.parse(data) as TokenFrame);
    if (isLast(seen.at(-1)!)) break;
  }
  return seen;
}

describe('who watches its tasks', () => {
  it('sees those that ran before it came, from their beginning, and tells them apart', async () => {
    ollama.answer({ pieces: ['a', 'b', 'c'] });
    const gates = [ollama.hold(2), ollama.hold(1)];
    const tasks = [await run('first'), await run('second')];
    for (const gate of gates) await gate.reached;
    const watched = await watch();
    for (const gate of gates) gate.open();
    const ids = tasks.map(generationOf);
    const ended = new Set<string>();
    const seen = await framesUntil(watched, ({ final, generation_id }) => {
      if (final) ended.add(generation_id!);
      return ended.size === 2;
    });
    for (const id of ids) {
      const own = seen.filter(({ generation_id }) => generation_id === id);
      expect(own.map(({ token }) => token)).toEqual(['a', 'b', 'c', undefined]);
      expect(own.map(({ text }) => text)).toEqual(['a', 'ab', 'abc', 'abc']);
    }
    expect(new Set(seen.map(({ generation_id }) => generation_id))).toEqual(new Set(ids));
  });

  it('is told of a task that fails before its first word, for which its caller gets a status', async () => {
    const watched = await watch();
    ollama.answer({ error: 'no' });
    const [seen, response] = await Promise.all([
      framesUntil(watched, ({ error }) => error !== undefined),
      run('third'),
    ]);
    expect([response.status, seen.at(-1)]).toMatchObject([
      502,
      { code: 'upstream_error', generation_id: generationOf(response) },
    ]);
    resetBreakers(gateway);
  });

  it('chooses how it is spelled', async () => {
    const watched = await watch('?dialect=envelope');
    ollama.answer({ pieces: ['a'] });
    await (await run('fourth')).text();
    const ids: (string | undefined)[] = [];
    for await (const { event, id, data } of readSse(watched)) {
      if (data === undefined) continue;
      expect(event).toBe('chat_completion');
      ids.push(id);
      if (data.includes('"complete"')) break;
    }
    expect(ids).toEqual(['1', '2']);
  });

  it('is one of a bounded number', async () => {
    const leaving = new AbortController();
    const init = { signal: leaving.signal };
    // All of them: the body of an answer that nobody holds any more is cancelled.
    const opened: Response[] = [];
    while (opened.at(-1)?.status !== 503 && opened.length <= MOST_OBSERVERS)
      opened.push(await watch('', init));
    const last = opened.at(-1);
    expect([last?.status, await last?.json()]).toMatchObject([503, { error: 'server_busy' }]);
    expect(last?.headers.get('retry-after')).toBe('5');
    leaving.abort();
  });

  it('is one of fewer where it is a single caller, and leaves room for others', async () => {
    const own = await createGateway({ OLLAMA_URL: ollama.origin });
    believe(own);
    const watchAs = (id: string) => fetch(`${own.url}/agent/stream`, { headers: showing(caller(id)) });
    const all = await Promise.all(Array.from({ length: MOST_OF_ONE }, () => watchAs('ada')));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    const one = await watchAs('ada');
    expect([one.status, one.headers.get('retry-after')]).toEqual([429, '5']);
    const other = await watchAs('bob');
    expect(other.status).toBe(200);
    await Promise.all([...all, other].map(({ body }) => body!.cancel()));
    await own.close();
  });

  it('is let go when the gateway stops', async () => {
    const other = await createGateway({ OLLAMA_URL: ollama.origin });
    const watched = await fetch(`${other.url}/agent/stream`);
    const [text] = await withDeadline(Promise.all([watched.text(), other.close()]), { what: 'the stop' });
    expect(text).toBe('retry: 3000\n\n');
  });
});
