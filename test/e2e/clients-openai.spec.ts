import OpenAI, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { resetBreakers } from '../support/gateway-calls.js';

let ollama: FakeOllama;
let gateway: TestGateway;
let stranger: TestGateway;
let client: OpenAI;

beforeAll(async () => {
  ollama = await new FakeOllama({
    models: ['phi3:latest', 'org/name:7b'].map((name) => ({ name, capabilities: ['completion', 'tools'] })),
  }).listen();
  const env = { LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  gateway = await createGateway(env);
  stranger = await createGateway({ ...env, TRUSTED_NETWORKS: '10.0.0.0/8' });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
});
afterAll(async () => {
  await Promise.all([gateway.close(), stranger.close()]);
  await ollama.close();
});

const CHAT = { model: 'phi3', messages: [{ role: 'user' as const, content: 'Hello' }] };
const WEATHER = {
  type: 'function' as const,
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

/** Resolves when the connection of the model server's last request is closed. */
const upstreamClosed = async () => {
  const { connection } = ollama.requests.at(-1)!;
  return withDeadline(ollama.connectionClosed(connection), { what: 'the end upstream' });
};

describe('chat.completions', () => {
  it('create gives the answer and the request id', async () => {
    ollama.answer({ pieces: ['Good', ' day.'], evalCount: 2, promptEvalCount: 3 });
    const answer = await client.chat.completions.create(CHAT);
    expect(answer.choices[0]?.message).toMatchObject({ role: 'assistant', content: 'Good day.' });
    expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 });
    expect(answer._request_id).toMatch(/^req_/);
  });

  it('create with stream is iterated piece by piece to the usage', async () => {
    ollama.answer({ pieces: ['Good', ' day', '.'], evalCount: 3 });
    const stream = await client.chat.completions.create({
      ...CHAT,
      stream: true,
      stream_options: { include_usage: true },
    });
    const said: string[] = [];
    let tokens: number | undefined;
    for await (const chunk of stream) {
      said.push(chunk.choices[0]?.delta.content ?? '');
      tokens = chunk.usage?.completion_tokens;
    }
    expect(said.filter(Boolean)).toEqual(['Good', ' day', '.']);
    expect(tokens).toBe(3);
  });

  it('the stream helper puts two parallel tool calls together', async () => {
    ollama.answer({
      pieces: [],
      toolCalls: ['Bern', 'Zürich'].map((city) => ({ name: 'weather', arguments: { city } })),
    });
    const answer = await client.chat.completions.stream({ ...CHAT, tools: [WEATHER] }).finalChatCompletion();
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
    expect(answer.choices[0]?.message.tool_calls).toMatchObject([
      { type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
      { type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich"}' } },
    ]);
  });

  it('runTools calls the function, sends its answer back and ends', async () => {
    ollama.answer({ pieces: [], toolCalls: [{ name: 'weather', arguments: { city: 'Bern' } }] });
    ollama.answer({ pieces: ['21 °C in Bern.'] });
    const asked: unknown[] = [];
    const runner = client.chat.completions.runTools({
      ...CHAT,
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            ...WEATHER.function,
            description: 'Tells the weather.',
            parse: JSON.parse,
            function: (args: object) => {
              asked.push(args);
              return '21 °C';
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('21 °C in Bern.');
    expect(asked).toEqual([{ city: 'Bern' }]);
    expect(ollama.requests.at(-1)?.body).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant' },
        { role: 'tool', tool_name: 'weather', content: '21 °C' },
      ],
    });
  });

  it.each([
    ['breaking out of the loop', (stream: { controller: AbortController }) => void stream],
    ['aborting it', ({ controller }: { controller: AbortController }) => controller.abort()],
  ])('%s closes the connection to the model server', async (_how, leave) => {
    ollama.answer({ pieces: ['one', 'two', 'three'] });
    const gate = ollama.hold(2);
    const stream = await client.chat.completions.create({ ...CHAT, stream: true });
    await gate.reached;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content !== 'two') continue;
      leave(stream);
      break;
    }
    expect((await upstreamClosed()).closedBy).toBe('client');
    const { outcome } = await gateway.storage.outcomeOf(gateway.storage.begins.at(-1)!.id);
    expect(outcome).toMatchObject({ status: 'cancelled', reason: 'client_gone' });
  });

  it('giving up on a whole answer does as well', async () => {
    ollama.answer({ pieces: ['one'] });
    const gate = ollama.hold(0);
    const controller = new AbortController();
    const answer = client.chat.completions.create(CHAT, { signal: controller.signal });
    await gate.reached;
    controller.abort();
    await expect(answer).rejects.toBeInstanceOf(APIUserAbortError);
    expect((await upstreamClosed()).closedBy).toBe('client');
  });
});

describe('completions and models', () => {
  it('completions.create answers whole and streamed', async () => {
    ollama.answer({ pieces: ['upon', ' a', ' time'] });
    const whole = await client.completions.create({ model: 'phi3', prompt: 'Once' });
    expect(whole.choices[0]?.text).toBe('upon a time');
    let text = '';
    for await (const { choices } of await client.completions.create({
      model: 'phi3',
      prompt: 'Once',
      stream: true,
    })) {
      text += choices[0]?.text ?? '';
    }
    expect(text).toBe('upon a time');
  });

  it('models.list and models.retrieve agree, also on names with slashes', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(expect.arrayContaining(['phi3', 'org/name:7b']));
    expect(await client.models.retrieve('org/name:7b')).toMatchObject({ id: 'org/name:7b', object: 'model' });
  });
});

describe('errors', () => {
  /** What a call was rejected with. */
  const failureOf = (call: Promise<unknown>): Promise<APIError> =>
    call.then(
      () => expect.fail('the call succeeded'),
      (error: APIError) => error,
    );
  const refuse = (status: number, headers: Record<string, string> = {}) =>
    ollama.script((exchange) =>
      exchange.respond(status, { 'Content-Type': 'application/json', ...headers }, '{"error":"no"}'),
    );

  it.each([
    ['a bad value', { temperature: 9 }, BadRequestError, 400, 'invalid_value', 'temperature'],
    ['an unknown model', { model: 'none' }, NotFoundError, 404, 'model_not_found', 'model'],
  ])('%s', async (_what, fields, type, status, code, param) => {
    const error = await failureOf(client.chat.completions.create({ ...CHAT, ...fields }));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, code, param, type: 'invalid_request_error' });
    expect(error.requestID).toMatch(/^req_/);
    expect(error.message).toContain(param);
  });

  it.each([
    ['is overrun', 429, RateLimitError, 429, 'rate_limit_exceeded'],
    ['is busy', 503, InternalServerError, 503, 'server_busy'],
    ['fails', 500, InternalServerError, 502, 'upstream_error'],
    ['refuses the gateway', 401, InternalServerError, 502, 'upstream_auth'],
  ])('of a model server that %s', async (_what, said, type, status, code) => {
    refuse(said, { 'Retry-After': '7' });
    const error = await failureOf(client.chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, code });
    expect(error.requestID).toMatch(/^req_/);
    expect(error.headers?.get('retry-after')).toBe(said === 429 || said === 503 ? '7' : null);
    resetBreakers(gateway);
  });

  it('of a caller without credential', async () => {
    const elsewhere = new OpenAI({ baseURL: `${stranger.url}/v1`, apiKey: 'wrong', maxRetries: 0 });
    const error = await failureOf(elsewhere.chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error.message).not.toContain('wrong');
  });

  it('in the middle of a stream end the loop with what the model server said', async () => {
    ollama.answer({ pieces: ['Good'], error: 'the runner has stopped' });
    const said: string[] = [];
    const loop = async () => {
      for await (const { choices } of await client.chat.completions.create({ ...CHAT, stream: true })) {
        said.push(choices[0]?.delta.content ?? '');
      }
    };
    const error = await failureOf(loop());
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: 'upstream_error', type: 'upstream_error', param: null });
    expect(said.join('')).toBe('Good');
    resetBreakers(gateway);
  });

  it('that do not pass are not tried again', async () => {
    ollama.answer({ pieces: ['Good'] });
    let requests = 0;
    const patient = new OpenAI({
      baseURL: `${gateway.url}/v1`,
      apiKey: 'unused',
      maxRetries: 2,
      fetch: (...request) => {
        requests++;
        return fetch(...request);
      },
    });
    const once = { headers: { 'Idempotency-Key': 'asked-once' } };
    await patient.chat.completions.create(CHAT, once);
    const error = await failureOf(patient.chat.completions.create({ ...CHAT, seed: 7 }, once));
    expect(error).toBeInstanceOf(ConflictError);
    expect(requests).toBe(2);
  });

  it('that pass are tried again as the gateway says, and then answered', async () => {
    refuse(503, { 'Retry-After': '0' });
    ollama.answer({ pieces: ['Now.'] });
    const patient = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 2 });
    const before = gateway.storage.begins.length;
    expect((await patient.chat.completions.create(CHAT)).choices[0]?.message.content).toBe('Now.');
    expect(gateway.storage.begins.length - before).toBe(2);
  });
});
