import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../src/contracts/principal.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, post, readUntil } from '../support/gateway-calls.js';
import { believe, caller, showing, tokenOf } from '../support/named-callers.js';
import { SocketClient } from '../support/socket-client.js';
import { readChatStream } from '../support/sse.js';
import { WsClient } from '../support/ws-client.js';

const HELLO = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };
const PIECES = Array.from({ length: 60 }, (_, at) => ` w${at}`);

const YAML = `
limits:
  rate_limit_per_minute: 5
  rate_limit_premium_per_minute: 7
  rate_limit_admin_per_minute: 9
  rate_limit_device_per_minute: 3
  generations_per_user: 2
  generations_per_device: 1
  endpoints:
    - { route: GET /api/v1/audit/checkpoint/key, per_minute: 2 }
    - { route: POST /v1/completions, generations: 1 }
    - { route: GET /ws/ai/stream, generations: 1 }
  agents: [{ agent: qa_engineer, per_minute: 1 }, { agent: product_manager, generations: 1 }]
  budgets:
    - { user: limited, period: day, tokens: 40 }
    - { user: n-limited, period: total, tokens: 40 }
    - { user: responding, period: day, tokens: 40 }
    - { user: spent, period: day, tokens: 0 }
    - { user: embedding, period: day, tokens: 20 }
    - { user: used-up, period: total, tokens: 0 }
    - { tenant: poor, period: day, tokens: 30 }
    - { endpoint: GET /socket.io/, tenant: sockets, period: day, tokens: 0 }
    - { endpoint: POST /agent/generate, tenant: sockets, period: day, tokens: 0 }
    - { key: key-of-cheap, period: month, dollars: 0.001 }
`;

let ollama: FakeOllama;
let gateway: TestGateway;
const open: { close(): void }[] = [];
let names = 0;
const someone = (more: Partial<Principal> = {}) => caller(`caller-${names++}`, more);

const ask = (principal: Principal, body: object = {}, path = '/api/v1/chat/completions') =>
  post(gateway.url + path, { ...HELLO, ...body }, { headers: showing(principal) });
const codeOf = async (response: Response): Promise<unknown> => {
  const said = (await response.json()) as { error: { code: string } | string };
  return typeof said.error === 'string' ? said.error : said.error.code;
};
const statuses = async (count: number, ask: () => Promise<Response>): Promise<number[]> => {
  const all: number[] = [];
  for (let at = 0; at < count; at++) {
    const response = await ask();
    await response.arrayBuffer();
    all.push(response.status);
  }
  return all;
};

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway(
    { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', RATE_LIMIT: 'on' },
    undefined,
    {
      yaml: YAML,
    },
  );
  believe(gateway);
});
afterEach(() => {
  for (const each of open.splice(0)) each.close();
  ollama.answer({ pieces: PIECES });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

describe('requests', () => {
  it.each([
    ['user', 5],
    ['premium', 7],
    ['admin', 9],
  ] as const)('of the role %s are let in %i times a minute', async (role, limit) => {
    ollama.answer({ pieces: ['Hi'] });
    const principal = someone({ role });
    expect(await statuses(limit + 2, () => ask(principal))).toEqual([
      ...Array<number>(limit).fill(200),
      429,
      429,
    ]);
  });

  it('are told what is left, and when to come back', async () => {
    ollama.answer({ pieces: ['Hi'] });
    const principal = someone();
    const first = await ask(principal);
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('5');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('4');
    expect(first.headers.get('x-ratelimit-reset-requests')).toMatch(/^1m[0-2]s$/);
    await statuses(4, () => ask(principal));
    const refused = await ask(principal);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(50);
    expect(Math.ceil(Number(refused.headers.get('retry-after-ms')) / 1000)).toBe(seconds);
    expect(await codeOf(refused)).toBe('rate_limit_exceeded');
  });

  it('of one caller are counted together, whatever they ask for and with which credential', async () => {
    ollama.answer({ pieces: ['Hi'] });
    const principal = someone();
    await statuses(3, () => ask(principal));
    const other: Principal = { ...principal, credential: { kind: 'token', id: 'another' } };
    expect(await statuses(3, () => ask(other, {}, '/v1/chat/completions'))).toEqual([200, 200, 429]);
    expect((await ask({ ...principal, tenant: 'elsewhere' })).status).toBe(200);
  });

  it('of one device are counted as well', async () => {
    ollama.answer({ pieces: ['Hi'] });
    const principal = someone({ device: 'phone' });
    expect(await statuses(4, () => ask(principal))).toEqual([200, 200, 200, 429]);
    expect((await ask({ ...principal, device: 'laptop' })).status).toBe(200);
  });

  it('to an endpoint with a limit of its own are counted apart', async () => {
    const principal = someone();
    const key = () => fetch(`${gateway.url}/api/v1/audit/checkpoint/key`, { headers: showing(principal) });
    expect(await statuses(3, key)).toEqual([200, 200, 429]);
    expect((await ask(principal)).headers.get('x-ratelimit-remaining-requests')).toBe('4');
  });

  it('for an agent with a limit of its own are refused when there are too many', async () => {
    ollama.answer({ pieces: ['Hi'] });
    const principal = someone();
    const agent = () => ask(principal, {}, '/api/v1/agent/qa_engineer/chat/completions');
    expect(await statuses(2, agent)).toEqual([200, 429]);
    expect((await ask(principal)).status).toBe(200);
  });

  it('of callers whom a trusted network lets in are not counted', async () => {
    ollama.answer({ pieces: ['Hi'] });
    const all = await Promise.all(
      Array.from({ length: 100 }, () =>
        askChat(gateway).then(({ status, headers }) => ({ status, headers })),
      ),
    );
    expect(all.map(({ status }) => status)).toEqual(Array<number>(100).fill(200));
    expect(all.some(({ headers }) => headers.has('x-ratelimit-limit-requests'))).toBe(false);
  });

  it('of strangers are counted by their address, where everybody may ask', async () => {
    const models = (address: string) =>
      fetch(`${gateway.url}/api/v1/models`, { headers: { 'x-forwarded-for': address } });
    expect(await statuses(6, () => models('203.0.113.5'))).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await models('203.0.113.6')).status).toBe(200);
    expect(await statuses(20, () => fetch(`${gateway.url}/api/v1/models`))).toEqual(
      Array<number>(20).fill(200),
    );
    const live = () => fetch(`${gateway.url}/live`, { headers: { 'x-forwarded-for': '203.0.113.5' } });
    expect(await statuses(20, live)).toEqual(Array<number>(20).fill(200));
  });

  it('in messages on a WebSocket are counted, and the connection lives', async () => {
    ollama.answer({ pieces: ['Hi'] });
    const client = await WsClient.open(`${gateway.url}/streaming/websocket/chat`, {
      headers: showing(someone()),
    });
    open.push(client);
    const errors: unknown[] = [];
    for (let at = 0; at < 6; at++) {
      client.say({ ...HELLO, type: 'chat' });
      const said = await client.until(isEnd);
      errors.push(JSON.stringify(said.at(-1)).includes('rate_limit_exceeded'));
    }
    expect(errors).toEqual([false, false, false, false, false, true]);
  });

  it('in events of Socket.IO are counted', async () => {
    ollama.answer({ pieces: ['Hi'] });
    const client = await SocketClient.open(gateway.url, { auth: { token: tokenOf(someone()) } });
    open.push(client);
    const answers: unknown[] = [];
    for (let at = 0; at < 6; at++) {
      const { generation_id: id, error } = await client.ask('chat', HELLO);
      if (id !== undefined) await client.untilClosed(id);
      answers.push((error as { code?: string } | undefined)?.code ?? 'begun');
    }
    expect(answers).toEqual([...Array<string>(5).fill('begun'), 'rate_limit_exceeded']);
  });
});

describe('generations', () => {
  it('of one caller run so many at a time, and the next when one ends or is left', async () => {
    const gate = ollama.hold(1);
    const principal = someone({ role: 'admin' });
    const abort = new AbortController();
    const first = await post(
      `${gateway.url}/v1/chat/completions`,
      { ...HELLO, stream: true },
      { headers: showing(principal), signal: abort.signal },
    );
    const second = readUntil(await ask(principal, { stream: true }, '/v1/chat/completions'), 'w0');
    await second.said;
    const third = await ask(principal);
    expect(third.status).toBe(429);
    expect(third.headers.get('retry-after')).toBe('1');
    expect(await codeOf(third)).toBe('rate_limit_exceeded');
    expect(first.status).toBe(200);
    abort.abort();
    gate.open();
    await eventually(async () => (await ask(principal)).status === 200);
    expect((await second.whole).done).toBe(true);
  });
});

describe('generations with a bound of their own', () => {
  const ofDevice = (id: string) => someone({ id, role: 'admin', device: 'shared' });
  const admin = (id: string) => caller(id, { role: 'admin' });
  const completions = (principal: Principal, body: object = {}) =>
    ask(principal, { prompt: 'Hello', ...body }, '/v1/completions');
  const manager = (principal: Principal, body: object = {}) =>
    ask(principal, body, '/api/v1/agent/product_manager/chat/completions');

  it.each([
    {
      what: 'of a device, whoever it speaks for',
      first: () => ask(ofDevice('dan'), { stream: true }),
      second: () => ask(ofDevice('dora')),
      other: () => ask(admin('dan')),
    },
    {
      what: 'of a caller at an endpoint',
      first: () => completions(admin('emil'), { stream: true }),
      second: () => completions(admin('emil')),
      other: () => ask(admin('emil')),
    },
    {
      what: 'of a caller with an agent, at whichever endpoint',
      first: () => manager(admin('fay'), { stream: true }),
      second: () =>
        post(
          `${gateway.url}/agent/generate`,
          { agent_type: 'product_manager', task: 'Hi' },
          { headers: showing(admin('fay')) },
        ),
      other: () => manager(admin('gus')),
    },
  ])('run so many at a time $what', async ({ first, second, other }) => {
    const gate = ollama.hold(1);
    const running = readUntil(await first(), 'w0');
    await running.said;
    const refused = await second();
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'rate_limit_exceeded']);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('x-should-retry')).toBeNull();
    expect((await other()).status).toBe(200);
    gate.open();
    expect((await running.whole).done).toBe(true);
    await eventually(async () => (await second()).status === 200);
  });

  it('run so many at a time of a caller on a socket, by the route that opened it', async () => {
    const gate = ollama.hold(1);
    const client = await WsClient.open(`${gateway.url}/ws/ai/stream`, { headers: showing(admin('hal')) });
    open.push(client);
    client.say({ agent_type: 'business_analyst', task: 'Hi' });
    await client.next();
    client.say({ agent_type: 'business_analyst', task: 'Ho' });
    expect(await client.until(({ code }) => code !== undefined)).toContainEqual(
      expect.objectContaining({ code: 'rate_limit_exceeded' }),
    );
    gate.open();
  });
});

describe('a budget', () => {
  it('ends an answer where it is used up, and says so as a length', async () => {
    const principal = caller('limited');
    const response = await ask(principal, { max_tokens: 60, stream: true });
    expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('40');
    expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe('0');
    expect(response.headers.get('x-ratelimit-reset-tokens')).toMatch(/s$/);
    const { text, frames, done } = await readChatStream(response);
    const tokens = text.trim().split(' ').length;
    expect(tokens).toBeGreaterThan(20);
    expect(tokens).toBeLessThanOrEqual(40);
    expect(done).toBe(true);
    expect(JSON.stringify(frames)).toContain('length');
    const record = await gateway.storage.outcomeOf(response.headers.get('x-generation-id')!);
    expect(record.outcome).toEqual({ status: 'finished', finishReasons: ['length'] });

    const refused = await ask(principal);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-remaining-tokens')).toBe('0');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await codeOf(refused)).toBe('insufficient_quota');
  });

  it('of which nothing comes back is not to be asked for again', async () => {
    const refused = await ask(caller('used-up'));
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([429, 'false']);
  });

  it('is shared by all answers of one request', async () => {
    const response = await ask(caller('n-limited'), { max_tokens: 30, n: 3 });
    const { choices } = (await response.json()) as {
      choices: { message: { content: string }; finish_reason: string }[];
    };
    const tokens = choices.map(({ message }) => message.content.split(' ').filter(Boolean).length);
    expect(tokens.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(40);
    expect(choices.map(({ finish_reason: reason }) => reason)).toEqual(['length', 'length', 'length']);
  });

  it('ends a response whose length nobody named', async () => {
    const headers = showing(caller('responding'));
    const body = { model: 'sim/words?tokens=100', input: 'Hello' };
    const response = await post(`${gateway.url}/v1/responses`, body, { headers });
    const { status, usage } = (await response.json()) as { status: string; usage: { total_tokens: number } };
    expect(status).toBe('incomplete');
    expect(usage.total_tokens).toBeGreaterThan(20);
    expect(usage.total_tokens).toBeLessThanOrEqual(40);
  });

  it('of nothing refuses everything before a model hears of it, however it is asked', async () => {
    const principal = caller('spent', { role: 'admin' });
    const before = ollama.requests.length;
    const responses = [
      await ask(principal),
      await ask(principal, { stream: true }, '/v1/chat/completions'),
      await ask(principal, { prompt: 'Hello' }, '/v1/completions'),
      await post(
        `${gateway.url}/v1/responses`,
        { model: 'phi3', input: 'Hi' },
        { headers: showing(principal) },
      ),
      await post(
        `${gateway.url}/v1/embeddings`,
        { model: 'nomic-embed-text', input: 'Never heard before' },
        { headers: showing(principal) },
      ),
      await post(
        `${gateway.url}/agent/generate`,
        { agent_type: 'qa_engineer', task: 'Hi' },
        { headers: showing(principal) },
      ),
    ];
    expect(responses.map(({ status }) => status)).toEqual(Array<number>(6).fill(429));
    for (const response of responses) expect(await codeOf(response)).toBe('insufficient_quota');
    const client = await WsClient.open(`${gateway.url}/ws/ai/stream`, { headers: showing(principal) });
    open.push(client);
    client.say({ agent_type: 'business_analyst', task: 'Hi' });
    expect(await client.next()).toMatchObject({ code: 'insufficient_quota' });
    expect(ollama.requests.length).toBe(before);
  });

  it('counts vectors', async () => {
    const principal = caller('embedding');
    const embed = (input: string) =>
      post(
        `${gateway.url}/v1/embeddings`,
        { model: 'nomic-embed-text', input },
        { headers: showing(principal) },
      );
    expect((await embed('a text of a few words')).status).toBe(200);
    const second = await embed(
      'another text that is so much longer than the first one that it does not fit any more',
    );
    expect(second.status).toBe(429);
    expect(await codeOf(second)).toBe('insufficient_quota');
    expect((await embed('a text of a few words')).status).toBe(200);
  });

  it('of a tenant is shared by all of its callers', async () => {
    const answer = await ask(someone({ tenant: 'poor' }), { max_tokens: 60 });
    expect(answer.status).toBe(200);
    const { usage } = (await answer.json()) as { usage: { completion_tokens: number } };
    expect(usage.completion_tokens).toBeLessThanOrEqual(30);
    expect((await ask(someone({ tenant: 'poor' }))).status).toBe(429);
    expect((await ask(someone())).status).toBe(200);
  });

  it('of an endpoint holds there alone, for sockets and tasks as well', async () => {
    const principal = someone({ tenant: 'sockets' });
    const client = await SocketClient.open(gateway.url, { auth: { token: tokenOf(principal) } });
    open.push(client);
    expect(await client.ask('chat', HELLO)).toMatchObject({ error: { code: 'insufficient_quota' } });
    const task = { agent_type: 'business_analyst', task: 'Hi' };
    const generated = await post(`${gateway.url}/agent/generate`, task, { headers: showing(principal) });
    expect([generated.status, await codeOf(generated)]).toEqual([429, 'insufficient_quota']);
    expect((await ask(principal)).status).toBe(200);
  });

  it('of an endpoint is told there, also where nothing is generated', async () => {
    const tokensAt = async (path: string) => {
      const answer = await post(gateway.url + path, {}, { headers: showing(someone({ tenant: 'sockets' })) });
      return [answer.status, answer.headers.get('x-ratelimit-limit-tokens')];
    };
    expect(await tokensAt('/agent/generate')).toEqual([400, '0']);
    expect(await tokensAt('/v1/completions')).toEqual([400, null]);
  });

  it('gives back what a generation did not use', async () => {
    ollama.answer({ pieces: ['Hi'], promptEvalCount: 2 });
    const principal = caller('thrifty', { tenant: 'thrifty' });
    expect(await statuses(3, () => ask(principal, { max_tokens: 30 }))).toEqual([200, 200, 200]);
  });

  it('in dollars lets free models be used', async () => {
    expect((await ask(caller('cheap'))).status).toBe(200);
  });
});

const isEnd = ({ data }: Record<string, unknown>): boolean =>
  ['complete', 'error'].includes((data as { type: string }).type);
