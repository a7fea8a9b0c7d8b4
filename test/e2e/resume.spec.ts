import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { ANONYMOUS } from '../../src/contracts/principal.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, post, readUntil } from '../support/gateway-calls.js';
import { readChatStream, readSse, type ChatStream } from '../support/sse.js';

const PIECES = Array.from({ length: 200 }, (_, index) => `${index === 0 ? '' : ' '}piece${index}é👋`);
const TEXT = PIECES.join('');

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
beforeEach(() => ollama.answer({ pieces: PIECES, evalCount: PIECES.length }));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const resume = (id: string, query = '', headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/v1/generations/${id}/stream${query}`, { headers });
const resumable = { headers: { 'x-stream-resume': '1' } };
const registry = () => gateway.app.get(GenerationRegistry);
const ids = (stream: ChatStream) => stream.frames.flatMap(({ id }) => (id === undefined ? [] : [id]));

/** Reads until so many events with an id have come, and hangs up. */
async function cutAfter(events: number): Promise<{ id: string; text: string; last: string }> {
  const abort = new AbortController();
  const body = { stream: true, on_disconnect: 'continue' };
  const response = await askChat(gateway, body, { ...resumable, signal: abort.signal });
  let text = '';
  let last = '';
  let seen = 0;
  for await (const frame of readSse(response)) {
    if (frame.id === undefined) continue;
    text += JSON.parse(frame.data!).choices[0].delta.content;
    last = frame.id;
    if (++seen === events) break;
  }
  abort.abort();
  return { id: generationOf(response), text, last };
}

describe('a stream that was lost', () => {
  it.each([1, 20, 90, 199])('goes on where it was cut, after %i events', async (events) => {
    const { id, text, last } = await cutAfter(events);
    expect(last).toBe(`${id}:${events - 1}`);
    const rest = await readChatStream(await resume(id, `?starting_after=${events - 1}`));
    expect(text + rest.text).toBe(TEXT);
    expect(rest.done).toBe(true);
    expect(ids(rest)[0]).toBe(`${id}:${events}`);
    const again = await readChatStream(await resume(id, '', { 'last-event-id': last }));
    expect(again.text).toBe(rest.text);
  });

  it('is whole when read from its beginning, in any profile, with each place said once', async () => {
    const whole = await askChat(gateway, { stream: true }, resumable);
    const first = await readChatStream(whole);
    expect(ids(first)).toEqual([...PIECES, 'the end'].map((_, index) => `${generationOf(whole)}:${index}`));
    for (const profile of ['voice', 'copilot', 'gui', 'smooth']) {
      const again = await readChatStream(await resume(generationOf(whole), `?profile=${profile}`));
      expect(again.text).toBe(TEXT);
      expect(again.done).toBe(true);
    }
  });

  it('has no ids unless asked for', async () => {
    expect(ids(await readChatStream(await askChat(gateway, { stream: true })))).toEqual([]);
  });

  it('tells a browser that has it all to stay away', async () => {
    const response = await askChat(gateway, { stream: true });
    await response.text();
    const id = generationOf(response);
    const back = await resume(id, '', { 'last-event-id': `${id}:${PIECES.length}` });
    expect([back.status, await back.text()]).toEqual([204, '']);
    // Who asks for the end in words gets it again.
    const end = await readChatStream(await resume(id, `?starting_after=${PIECES.length}`));
    expect([end.text, end.done]).toEqual(['', true]);
    expect((await resume(id, `?starting_after=${PIECES.length + 1}`)).status).toBe(400);
  });

  it.each([
    ['?starting_after=x', {}, 'starting_after'],
    ['?starting_after=-1', {}, 'starting_after'],
    ['', { 'last-event-id': 'chatcmpl-other:3' }, 'Last-Event-ID'],
    ['?profile=none', {}, 'profile'],
    ['?dialect=none', {}, 'dialect'],
  ])('refuses %s %j', async (query, headers, param) => {
    const response = await askChat(gateway, { stream: true });
    await response.text();
    const refused = await resume(generationOf(response), query, headers);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: 'invalid_value', param } });
  });

  it('is 404 when there never was one, and 410 when it is kept no more', async () => {
    expect((await resume('chatcmpl-none')).status).toBe(404);
    const short = await createGateway({
      OLLAMA_URL: ollama.origin,
      MODELS_ADMIT: 'any',
      STREAM_RESUME_TTL_S: '0',
    });
    try {
      const response = await askChat(short, { stream: true });
      await response.text();
      const url = `${short.url}/v1/generations/${generationOf(response)}`;
      const gone = await fetch(`${url}/stream`);
      expect(gone.status).toBe(410);
      expect(await gone.json()).toMatchObject({ error: { code: 'stream_expired' } });
      const late = await post(`${url}/cancel`, {});
      expect([late.status, await late.json()]).toMatchObject([409, { error: { code: 'already_finished' } }]);
    } finally {
      await short.close();
    }
  });
});

describe('watchers', () => {
  it('join a running generation whenever they like, and all read the same', async () => {
    const gate = ollama.hold(100);
    const response = await askChat(gateway, { stream: true });
    const id = generationOf(response);
    const { said, whole } = readUntil(response, 'piece99');
    await said;
    const early = [await resume(id), await resume(id, '?profile=gui'), await resume(id, '?profile=voice')];
    const streams = early.map((watcher) => readChatStream(watcher));
    gate.open();
    for (const stream of [await whole, ...(await Promise.all(streams))]) {
      expect(stream.text).toBe(TEXT);
      expect(stream.done).toBe(true);
    }
    expect(ollama.requests.filter(({ path }) => path === '/api/chat').length).toBeGreaterThan(0);
  });
});

describe('a client that leaves', () => {
  /** Hangs up in the middle of an answer that waits. */
  async function leave(body: object, headers: Record<string, string> = {}) {
    const gate = ollama.hold(3);
    const abort = new AbortController();
    const response = await askChat(gateway, { stream: true, ...body }, { headers, signal: abort.signal });
    const { said, whole } = readUntil(response, 'piece2');
    whole.catch(() => undefined);
    await said;
    abort.abort();
    return { id: generationOf(response), gate };
  }
  const standing = (id: string) => registry().findFinished(id, ANONYMOUS)?.outcome;

  it('stops the answer, unless it said that it should go on', async () => {
    const stopped = await leave({});
    await eventually(() => standing(stopped.id));
    expect(standing(stopped.id)).toEqual({ status: 'cancelled', reason: 'client_gone' });
    stopped.gate.open();
  });

  it.each([
    ['in the body', { on_disconnect: 'continue' }, {}],
    ['in a header', {}, { 'x-on-disconnect': 'continue' }],
  ])('may let it go on, said %s', async (_where, body, headers) => {
    const { id, gate } = await leave(body, headers);
    await eventually(() => registry().running(id)?.['readers'].length === 0);
    gate.open();
    await eventually(() => standing(id));
    expect(standing(id)).toMatchObject({ status: 'finished' });
    expect((await readChatStream(await resume(id))).text).toBe(TEXT);
  });

  it('has its answer stopped when the time is up', async () => {
    const { id, gate } = await leave({ on_disconnect: 'continue', grace_s: 1 });
    await eventually(() => standing(id));
    expect(standing(id)).toEqual({ status: 'cancelled', reason: 'client_gone' });
    gate.open();
  });

  it.each([
    [{ on_disconnect: 'perhaps' }, 'on_disconnect'],
    [{ on_disconnect: 'continue', grace_s: 301 }, 'grace_s'],
    [{ grace_s: 'long' }, 'grace_s'],
  ])('cannot ask for %j', async (body, param) => {
    const response = await askChat(gateway, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });
});
