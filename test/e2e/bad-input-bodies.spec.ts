import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { codeOf, faultsOfRefusal } from '../support/openai-schemas-refusal.js';
import { RawClient, sendRaw } from '../support/raw-http.js';

/** More of the processor no body may take: all the while the gateway is kept from others. */
const AT_ONCE_CPU_MS = 5_000;
const MIB = 1024 * 1024;

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  gateway = await createGateway(
    { LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' },
    undefined,
    { signedIn: 'where needed' },
  );
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const send = async (
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
) => {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
};

const chat = (fields: string) => `{"model":"phi3","messages":[{"role":"user","content":"a"}]${fields}}`;
const saying = (content: string) => `{"model":"phi3","messages":[{"role":"user","content":"${content}"}]}`;
const nested = (levels: number) => chat(`,"x":${'['.repeat(levels)}${']'.repeat(levels)}`);
const GOOD = chat('');

const CALLING = {
  role: 'assistant',
  tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
};
const CALLED = { role: 'tool', tool_call_id: 'a', content: 'ok' };
const LONG_TALK = {
  model: 'phi3',
  messages: Array.from({ length: 4096 }, (_, turn) => (turn % 2 ? CALLED : CALLING)),
};

const BAD_BODIES: readonly (readonly [string, string | Uint8Array])[] = [
  ['nothing', ''],
  ['white space', ' \r\n\t'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '1'],
  ['a text', '"x"'],
  ['half an object', '{"model":'],
  ['something behind it', `${GOOD}x`],
  ['another object behind it', GOOD + GOOD],
  ['a byte order mark', `\ufeff${GOOD}`],
  ['single quotes', "{'model':1}"],
  ['a comment', '{/**/}'],
  ['NaN', chat(',"temperature":NaN')],
  ['Infinity', chat(',"temperature":-Infinity')],
  ['a number without end', chat(',"temperature":1e999')],
  ['a raw control character', saying('a\u0001')],
  ['U+0000, escaped', saying('a\\u0000b')],
  ['U+0000 in a key', chat(',"a\\u0000":1')],
  ['a lone high surrogate, escaped', saying('\\ud800')],
  ['a lone low surrogate, escaped', saying('\\uDC00 a')],
  ['invalid UTF-8', Buffer.concat([Buffer.from('{"model":"'), Buffer.of(0xff, 0xc0), Buffer.from('"}')])],
  ['UTF-16', Buffer.from(GOOD, 'utf16le')],
  ['64 levels and one more', nested(64)],
  ['100,000 levels', '['.repeat(100_000)],
  ['100,000 objects', '{"a":'.repeat(100_000)],
  ['a key that bends objects', chat(',"__proto__":{"admin":true}')],
  ['a key that does so escaped', chat(',"\\u005f_proto__":1')],
  ['one deep inside', chat(',"x":[{"y":{"constructor":{"prototype":1}}}]')],
];

describe('a body of', () => {
  it.each(BAD_BODIES)('%s is refused in each form', async (_what, body) => {
    const before = ollama.requests.length;
    for (const path of ['/v1/chat/completions', '/api/v1/chat/completions', '/v1/agents/stream']) {
      const { status, text } = await send(body, {}, path);
      expect(status).toBe(400);
      expect(faultsOfRefusal(path, text)).toEqual([]);
      expect(codeOf(text)).toMatch(/^invalid_/);
    }
    expect(ollama.requests.length).toBe(before);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    ['white space around it', ` \r\n${GOOD}\n`],
    ['a pair of surrogates, escaped', saying('\\ud83d\\ude00')],
    ['64 levels', nested(63)],
    ['names that objects inherit', chat(',"toString":1,"hasOwnProperty":2,"prototype":3')],
    ['such names as text', saying('__proto__ constructor \\u0041')],
    ['as many messages as there may be, with calls in them', JSON.stringify(LONG_TALK)],
  ])('%s is taken', async (_what, body) => {
    expect((await send(body)).status).toBe(200);
  });

  it.each([
    ['100,000 keys', chat(`,${Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`).join(',')}`)],
    [
      '100,000 keys inside',
      chat(`,"x":{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`).join(',')}}`),
    ],
    ['a million messages', `{"model":"phi3","messages":[${Array(1e6).fill('1').join(',')}]}`],
    ['a million tools', chat(`,"tools":[${Array(1e6).fill('{}').join(',')}]`)],
    [
      'a million calls',
      `{"model":"phi3","messages":[{"role":"assistant","tool_calls":[${Array(1e6).fill('{}').join(',')}]}]}`,
    ],
    ['ten million numbers', chat(`,"x":[${'1,'.repeat(1e7 - 1)}1]`)],
    ['a million empty stops', chat(`,"stop":[${Array(1e6).fill('""').join(',')}]`)],
  ])('%s is refused at once', async (_what, body) => {
    const before = process.cpuUsage();
    expect((await send(body)).status).toBe(400);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(AT_ONCE_CPU_MS);
  });
});

describe('a content type of', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
    'application/jsonx',
    'application/json a',
    'application/json, text/plain',
    'text/plain; application/json',
    'application/vnd.api+json',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset=utf-8; x',
    'application/json; boundary=x',
    'application/json\u00a0',
    'application/json\t a',
    '*/*',
    '',
  ])('%j is refused', async (type) => {
    const { status, text } = await send(GOOD, { 'content-type': type });
    expect([status, codeOf(text)]).toEqual([415, 'unsupported_media_type']);
    expect(faultsOfRefusal('/v1', text)).toEqual([]);
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json; charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/json;',
  ])('%j is taken', async (type) => {
    expect((await send(GOOD, { 'content-type': type })).status).toBe(200);
  });

  it.each([['gzip'], ['br'], ['gzip, identity']])(
    'JSON is refused when it is said to be %s',
    async (encoding) => {
      expect((await send(GOOD, { 'content-encoding': encoding })).status).toBe(415);
    },
  );

  it('none at all is refused with a body, and without one the body is missed', async () => {
    const head = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n';
    const [typeless] = (await sendRaw(gateway.port, `${head}Content-Length: 2\r\n\r\n{}`)).responses;
    const [empty] = (await sendRaw(gateway.port, `${head}\r\n`)).responses;
    expect([typeless?.status, empty?.status]).toEqual([415, 400]);
  });
});

describe('a body that is too large', () => {
  const head = (path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${more}\r\n\r\n`;

  it.each([
    ['/v1/chat/completions', 100 * MIB],
    ['/v1/chat/completions', 20 * MIB + 1],
    ['/api/v1/chat/completions', 20 * MIB + 1],
    ['/v1/agents/stream', 20 * MIB + 1],
    ['/v1/generations/x/cancel', 4 * MIB + 1],
    ['/nothing', 4 * MIB + 1],
  ])(
    'for POST %s, %i bytes, is refused by its length alone and the connection closed',
    async (path, length) => {
      const { responses, closed } = await sendRaw(gateway.port, head(path, `Content-Length: ${length}`), {
        until: 'close',
      });
      expect([responses.length, closed]).toEqual([1, true]);
      expect([responses[0]?.status, responses[0]?.headers.connection]).toEqual([413, 'close']);
      expect(faultsOfRefusal(path, String(responses[0]?.body))).toEqual([]);
    },
  );

  it('of 100 MiB is not taken in by a client that sends it all the same', async () => {
    let taken = () => 0;
    gateway.app.getHttpServer().once('connection', (socket: Socket) => (taken = () => socket.bytesRead));
    const client = await RawClient.open(gateway.port);
    await client.send(head('/v1/chat/completions', `Content-Length: ${100 * MIB}`));
    const piece = Buffer.alloc(MIB, 'a');
    let isClosed = false;
    void client.closed.then(() => (isClosed = true));
    for (let sent = 0; sent < 100 && !isClosed; sent++) await client.send(piece);
    await withDeadline(client.closed);
    expect(taken()).toBeGreaterThan(0);
    expect(taken()).toBeLessThan(8 * MIB);
  });

  it('is refused whatever it says it is, and also where none is read', async () => {
    const typed = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${100 * MIB}\r\n\r\n`;
    const got = `GET /v1/models HTTP/1.1\r\nHost: x\r\nContent-Length: ${100 * MIB}\r\n\r\n`;
    for (const request of [typed, got]) {
      const { responses, closed } = await sendRaw(gateway.port, request, { until: 'close' });
      expect([responses[0]?.status, closed]).toEqual([413, true]);
    }
  });

  it('is refused once it has grown too large, where its length was not said', async () => {
    const client = await RawClient.open(gateway.port);
    await client.send(head('/v1/generations/x/cancel', 'Transfer-Encoding: chunked'));
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MIB, 'a'), Buffer.from('\r\n')]);
    for (let count = 0; count < 5; count++) await client.send(chunk);
    const [response] = await withDeadline(client.responses());
    await withDeadline(client.closed);
    expect([response?.status, codeOf(String(response?.body))]).toEqual([413, 'request_too_large']);
  });

  it('of 20 MiB less than that is read', async () => {
    const { status } = await send(saying('a'.repeat(20 * MIB - 200)));
    expect(status).toBe(200);
  });
});
