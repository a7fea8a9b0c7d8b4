import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_SPLITS } from './byte-split.js';
import { fakeEmbedding } from './fake-embedding.js';
import { FakeOllama } from './fake-ollama.js';
import { sendRaw } from './raw-http.js';

describe(FakeOllama.name, () => {
  let ollama: FakeOllama;

  beforeEach(async () => {
    ollama = await new FakeOllama().listen();
  });
  afterEach(() => ollama.close());

  const post = (path: string, body: object, signal?: AbortSignal): Promise<Response> =>
    fetch(ollama.origin + path, { method: 'POST', body: JSON.stringify(body), signal });
  const chat = (body: object = {}, signal?: AbortSignal): Promise<Response> =>
    post('/api/chat', { model: 'qwen3:8b', messages: [{ role: 'user', content: 'hi' }], ...body }, signal);

  it('streams lines byte for byte as Go writes them', async () => {
    ollama.answer({
      thinking: ['hm'],
      pieces: ['a <b> & "é"\n', '🏰'],
      toolCalls: [{ name: 'f', arguments: { x: 1 } }],
      evalCount: 0,
    });

    const response = await chat();

    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const start = (time: string): string =>
      `{"model":"qwen3:8b","created_at":"2026-01-02T03:04:05.${time}Z",`;
    expect(await response.text()).toBe(
      [
        `${start('133497')}"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}`,
        `${start('1435373')}"message":{"role":"assistant","content":"a \\u003cb\\u003e \\u0026 \\"é\\"\\n"},"done":false}`,
        `${start('1535776')}"message":{"role":"assistant","content":"🏰"},"done":false}`,
        `${start('1636179')}"message":{"role":"assistant","content":"","tool_calls":[{"function":{"index":0,"name":"f","arguments":{"x":1}}}]},"done":false}`,
        `${start('1736582')}"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":4648158584,"load_duration":4071084,"prompt_eval_count":26,"prompt_eval_duration":36539000,"eval_duration":4610548500}`,
        '',
      ].join('\n'),
    );
  });

  it.each(ALL_SPLITS)('says the same whichever way the bytes are cut: %s', async (_name, split) => {
    ollama.split = split;
    ollama.answer({ pieces: ['é <', '🏰'] });

    const text = await (await chat()).text();

    const contents = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).message.content);
    expect(contents).toEqual(['é <', '🏰', '']);
  });

  it('puts every piece into an HTTP chunk of its own', async () => {
    ollama.split = 'inside-utf8';
    ollama.answer({ pieces: ['🏰'] });
    const body = JSON.stringify({ model: 'qwen3:8b', messages: [{}] });

    const { responses } = await sendRaw(
      ollama.port,
      `POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );

    expect(responses[0]?.chunks.map((chunk) => chunk[0])).toEqual([0x7b, 0x9f, 0x8f, 0xb0]);
  });

  it('answers whole when the request says so, and gives each answer its turn', async () => {
    ollama.answer({ pieces: ['one', '!'], doneReason: 'length' });
    ollama.answer({ error: 'out of memory' });

    const first = await chat({ stream: false });
    const second = await chat({ stream: false });

    expect(await first.json()).toMatchObject({
      message: { content: 'one!' },
      done: true,
      done_reason: 'length',
      eval_count: 2,
    });
    expect([second.status, await second.json()]).toEqual([500, { error: 'out of memory' }]);
  });

  it('waits at a gate after the pieces a test wants to see, and notices the client that leaves meanwhile', async () => {
    const gate = ollama.hold(1);
    const client = new AbortController();
    const response = await chat({}, client.signal);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    const exchange = await gate.reached;
    const left = reader?.read().catch((error: unknown) => error);
    const leftAt = performance.now();

    client.abort();

    const connection = await ollama.connectionClosed(exchange.request.connection);
    expect(Buffer.from(first?.value ?? []).toString()).toContain('"Hello"');
    expect(await left).toMatchObject({ name: 'AbortError' });
    expect(connection).toMatchObject({ state: 'closed', closedBy: 'client' });
    expect(connection.closedAt).toBeGreaterThan(leftAt);
  });

  it('goes on when the gate is opened', async () => {
    const gate = ollama.hold();
    const response = chat();
    await gate.reached;
    gate.open();

    expect((await (await response).text()).split('\n')).toHaveLength(7);
  });

  it('generates, embeds, lists, and refuses what it does not have', async () => {
    const generated = await post('/api/generate', { model: 'llama3.2', prompt: 'hi', stream: false });
    const embedded = await post('/api/embed', { model: 'nomic-embed-text', input: ['a', 'b'] });
    const missing = await post('/api/chat', { model: 'nobody', messages: [{}] });
    const running = await (await fetch(`${ollama.origin}/api/ps`)).json();
    const root = await fetch(ollama.origin, { method: 'HEAD' });

    expect(await generated.json()).toMatchObject({ response: 'Hello from the fake.', done: true });
    const { embeddings } = (await embedded.json()) as { embeddings: number[][] };
    expect(embeddings.map((vector) => vector.map(Math.fround))).toEqual(
      ['a', 'b'].map((text) => fakeEmbedding(text, 8).map(Math.fround)),
    );
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: 'model "nobody" not found, try pulling it first' },
    ]);
    expect(running).toMatchObject({ models: [{ name: 'llama3.2:latest', context_length: 4096 }] });
    expect([root.status, root.headers.get('content-length')]).toEqual([200, '17']);
    expect((await ollama.nextRequest('/api/embed')).body).toEqual({
      model: 'nomic-embed-text',
      input: ['a', 'b'],
    });
  });

  it('answers nothing while frozen, health included', async () => {
    const thaw = ollama.freeze();
    const version = fetch(`${ollama.origin}/api/version`);
    await thaw.reached;
    thaw.open();

    expect(await (await version).json()).toEqual({ version: '0.33.3' });
  });
});
