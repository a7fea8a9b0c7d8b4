import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { generationOf, post, resetBreakers } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';
import { readNamed, readTokens } from '../support/task-streams.js';

const PIECES = ['He said "', 'é', '\n', '👩‍👩‍👧', '\\', ' end'];
const TEXT = PIECES.join('');

/** What a client makes of a stream, whatever the words. */
interface Understood {
  readonly text: string;
  /** It says that the answer is whole. */
  readonly isWhole: boolean;
  /** What it says went wrong, if anything: a code or a text. */
  readonly error?: unknown;
  readonly isCancelled?: boolean;
}

type Client = (response: Response) => Promise<Understood>;

/** Each dialect as its clients read it. */
const CLIENTS: Readonly<Record<string, Client>> = {
  openai: async (response) => {
    const { text, done, error } = await readChatStream(response);
    const isCancelled = error?.code === 'cancelled';
    return { text, isWhole: done, error: isCancelled ? undefined : error?.code, isCancelled };
  },
  frames: async (response) => {
    const frames = await readTokens(response);
    const text = frames.map(({ token = '' }) => token).join('');
    const last = frames.at(-1)!;
    if (last.final) expect(last.text).toBe(text);
    return { text, isWhole: last.final === true, error: last.code, isCancelled: last.cancelled };
  },
  events: async (response) => {
    const events = await readNamed(response);
    const of = (name: string) => events.find(({ event }) => event === name)?.data;
    const chunks = events.filter(({ event }) => event === 'chunk');
    const text = chunks.map(({ data }) => data.text as string).join('');
    const complete = of('complete');
    if (complete !== undefined) expect(complete.text).toBe(text);
    expect(events[0]!.event).toBe('connected');
    expect(events.findIndex(({ event }) => event === 'close')).toBe(events.length - 1);
    return {
      text,
      isWhole: complete !== undefined,
      error: (of('error')?.error as { code: string } | undefined)?.code,
      isCancelled: of('close')!.reason === 'cancelled',
    };
  },
  envelope: async (response) => {
    const messages = (await readNamed(response)).map(({ event, id, data }, index) => {
      expect([event, data.message_type, id, data.sequence_id]).toEqual([
        'chat_completion',
        'chat_completion',
        String(index + 1),
        index + 1,
      ]);
      return data.data as Record<string, string> & { error?: { code: string } };
    });
    const text = messages.flatMap(({ type, text }) => (type === 'chunk' ? [text] : [])).join('');
    const last = messages.at(-1)!;
    if (last.type === 'complete') expect(last.text).toBe(text);
    return {
      text,
      isWhole: last.type === 'complete',
      error: last.error?.code,
      isCancelled: last.type === 'cancelled',
    };
  },
  'ui-message': async (response) => {
    expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    const transport = new DefaultChatTransport({
      api: 'http://nowhere',
      fetch: () => Promise.resolve(response),
    });
    const parts: UIMessageChunk[] = [];
    for await (const part of await transport.sendMessages({
      trigger: 'submit-message',
      chatId: 'x',
      messageId: undefined,
      messages: [],
      abortSignal: undefined,
    }))
      parts.push(part);
    return {
      text: parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : [])).join(''),
      isWhole: parts.at(-1)!.type === 'finish',
      error: parts.flatMap((part) => (part.type === 'error' ? [part.errorText] : []))[0],
      isCancelled: parts.at(-1)!.type === 'abort',
    };
  },
};

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin }, undefined, { signedIn: 'where needed' });
});
beforeEach(() => resetBreakers(gateway));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const CHAT = { model: 'phi3', stream: true, messages: [{ role: 'user', content: 'Hello' }] };
const ROUTES = [
  ['/v1/chat/completions', CHAT],
  ['/agent/stream', { agent_type: 'qa_engineer', task: 'Hello' }],
  ['/api/stream/travel', { prompt: 'Hello' }],
  ['/v1/agents/stream?type=gui', CHAT],
] as const;

const ask = (path: string, body: object, dialect: string) =>
  post(gateway.url + path, body, { headers: { 'x-stream-dialect': dialect } });

describe.each(Object.entries(CLIENTS))('the dialect %s', (dialect, understand) => {
  it.each(ROUTES)('gives the whole text on %s', async (path, body) => {
    ollama.answer({ pieces: PIECES });
    expect(await understand(await ask(path, body, dialect))).toMatchObject({
      text: TEXT,
      isWhole: true,
      error: undefined,
    });
  });

  it('says that the model died, and no clean end', async () => {
    ollama.script(async (exchange) => {
      exchange.head(200, ollama.streamHeaders);
      for (const piece of PIECES.slice(0, 3))
        await exchange.write(ollama.toWire(ollama.piecePayload(exchange.request, piece)));
      await exchange.endEarly();
    });
    const response = await ask('/agent/stream', { agent_type: 'qa_engineer', task: 'Hello' }, dialect);
    const { text, isWhole, error, isCancelled } = await understand(response);
    expect([text, isWhole, isCancelled ?? false]).toEqual([PIECES.slice(0, 3).join(''), false, false]);
    expect(error).toEqual(dialect === 'ui-message' ? expect.stringMatching(/\S/) : 'upstream_incomplete');
  });

  it('says that it was cancelled, and no clean end', async () => {
    ollama.answer({ pieces: PIECES });
    const gate = ollama.hold(2);
    const response = await ask('/agent/stream', { agent_type: 'qa_engineer', task: 'Hello' }, dialect);
    const { request } = await gate.reached;
    await post(`${gateway.url}/agent/cancel/${generationOf(response)}`, {});
    const { text, isWhole, error, isCancelled } = await understand(response);
    expect(PIECES.slice(0, 2).join('').startsWith(text)).toBe(true);
    expect([isWhole, error, isCancelled]).toEqual([false, undefined, true]);
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
  });

  it('is not there for what fails before the first word: that is a status', async () => {
    ollama.answer({ error: 'no' });
    const response = await ask('/agent/stream', { agent_type: 'qa_engineer', task: 'Hello' }, dialect);
    expect([response.status, await response.json()]).toMatchObject([502, { error: 'upstream_error' }]);
  });
});

it('answers an unknown dialect with those there are', async () => {
  const response = await ask('/agent/stream', { agent_type: 'qa_engineer', task: 'Hello' }, 'morse');
  expect([response.status, await response.json()]).toMatchObject([
    400,
    {
      error: 'invalid_value',
      message: expect.stringContaining('frames, events, envelope, ui-message') as string,
    },
  ]);
});

it('names each frame when asked, and leaves its own numbers to the envelope', async () => {
  ollama.answer({ pieces: PIECES });
  const headers = { 'x-stream-dialect': 'events', 'x-stream-resume': '1' };
  const response = await post(`${gateway.url}/v1/chat/completions`, CHAT, { headers });
  const chunks = (await readNamed(response)).filter(({ event }) => event === 'chunk');
  const id = generationOf(response);
  expect(chunks.map((chunk) => chunk.id)).toEqual(PIECES.map((_, index) => `${id}:${index}`));
});

describe('the AI SDK reads ui-message', () => {
  const TOOLS = [
    {
      type: 'function',
      function: {
        name: 'weather',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    },
  ];

  it('as one message of reasoning, text and tool calls', async () => {
    const model = 'sim/words?seed=7&tokens=12&thinking=4&tools=2';
    const ask = (stream: boolean) =>
      post(`${gateway.url}/v1/chat/completions?dialect=ui-message`, { ...CHAT, model, stream, tools: TOOLS });
    const { choices } = (await (await ask(false)).json()) as { choices: [{ message: Answer }] };
    const { content, reasoning_content, tool_calls } = choices[0].message;
    const response = await ask(true);
    const transport = new DefaultChatTransport({ fetch: () => Promise.resolve(response) });
    const stream = await transport.sendMessages({
      trigger: 'submit-message',
      chatId: 'x',
      messageId: undefined,
      messages: [],
      abortSignal: undefined,
    });
    let message: UIMessage | undefined;
    for await (message of readUIMessageStream({ stream, terminateOnError: true }));

    expect(message!.id).toBe(generationOf(response));
    const of = (type: string) => message!.parts.filter((part) => part.type === type);
    const textOf = (type: 'text' | 'reasoning') =>
      of(type)
        .map((part) => (part as { text: string }).text)
        .join('');
    expect(textOf('reasoning')).toBe(reasoning_content);
    expect(textOf('text')).toBe(content ?? '');
    expect(tool_calls).toHaveLength(2);
    expect(of('tool-weather')).toMatchObject(
      tool_calls!.map(({ function: called }) => ({
        state: 'input-available',
        input: JSON.parse(called.arguments) as object,
      })),
    );
    expect(message!.metadata).toMatchObject({ generation_id: generationOf(response), model });
  });
});

interface Answer {
  content: string | null;
  reasoning_content: string;
  tool_calls?: { function: { arguments: string } }[];
}
