import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { codeOf, faultsOfRefusal } from '../support/openai-schemas-refusal.js';
import { RawClient, sendRaw, type RawResponse } from '../support/raw-http.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  gateway = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const BODY = JSON.stringify({ model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] });
const SIZE = BODY.length;
const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const CHUNKED = `${SIZE.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
/** What an attacker would have the gateway answer besides, for another one. */
const HIDDEN = `${HEAD}Content-Length: ${SIZE}\r\n\r\n${BODY}`;

const generated = () => ollama.requests.filter(({ path }) => path === '/api/chat').length;

function expectRefusal(response: RawResponse | undefined, status: number, code: string): void {
  expect(response?.status).toBe(status);
  expect(response?.headers).toMatchObject({
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.stringMatching(/^req_\w+$/),
  });
  expect(faultsOfRefusal('/v1', String(response?.body))).toEqual([]);
  expect(codeOf(String(response?.body))).toBe(code);
}

/** Bytes that leave open where the request ends, and what is hidden behind them. */
const AMBIGUOUS: readonly (readonly [string, string])[] = [
  ['a length and chunks', `Content-Length: ${SIZE}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['chunks and a length', `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`],
  ['two lengths', `Content-Length: ${SIZE}\r\nContent-Length: 0\r\n\r\n${BODY}`],
  ['the same length twice', `Content-Length: ${SIZE}\r\nContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  ['a list of lengths', `Content-Length: ${SIZE}, ${SIZE}\r\n\r\n${BODY}`],
  ['a length with a sign', `Content-Length: +${SIZE}\r\n\r\n${BODY}`],
  ['a negative length', `Content-Length: -1\r\n\r\n${BODY}`],
  ['a length in another base', `Content-Length: 0x10\r\n\r\n${BODY}`],
  ['a length without bounds', `Content-Length: 99999999999999999999999\r\n\r\n${BODY}`],
  ['a space before the colon', `Content-Length : ${SIZE}\r\n\r\n${BODY}`],
  ['a folded line', `X-A: b\r\n c\r\nContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  ['a folded coding', `Transfer-Encoding:\r\n chunked\r\n\r\n${CHUNKED}`],
  ['a bare LF', `X-A: b\nContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  ['a bare CR', `X-A: b\rContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  ['a NUL', `X-A: a\0b\r\nContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  ['a name that is none', `X-\u00e9: a\r\nContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  ['a line without a name', `: a\r\nContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  ['a chunk size that is none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['a negative chunk size', 'Transfer-Encoding: chunked\r\n\r\n-1\r\n'],
  ['a chunk size without bounds', 'Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n'],
  ['a chunk longer than it said', `Transfer-Encoding: chunked\r\n\r\n3\r\n${BODY}\r\n0\r\n\r\n`],
  ['chunks that end in LF', `Transfer-Encoding: chunked\r\n\r\n${SIZE.toString(16)}\n${BODY}\n0\n\n`],
  [
    'a chunk extension that ends in LF',
    `Transfer-Encoding: chunked\r\n\r\n${SIZE.toString(16)};a\n${BODY}\r\n0\r\n\r\n`,
  ],
  ...[
    'identity',
    'chunked, identity',
    'identity, chunked',
    'gzip, chunked',
    'gzip',
    'chunked, chunked',
    'xchunked',
    'chunked;q=1',
    '"chunked"',
    'chunked,',
    '\x0bchunked',
    'chunked\r\nTransfer-Encoding: identity',
    'identity\r\nTransfer-Encoding: chunked',
    'chunked\r\nTransfer-Encoding: chunked',
  ].map(
    (coding) =>
      [`the coding ${JSON.stringify(coding)}`, `Transfer-Encoding: ${coding}\r\n\r\n${CHUNKED}`] as const,
  ),
  ['two hosts', `Host: y\r\nContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  ['two types', `Content-Type: text/plain\r\nContent-Length: ${SIZE}\r\n\r\n${BODY}`],
  [
    'two credentials',
    `Authorization: Bearer a\r\nauthorization: Bearer b\r\nContent-Length: ${SIZE}\r\n\r\n${BODY}`,
  ],
];

describe('a request with', () => {
  it.each(AMBIGUOUS)('%s is refused, and nothing behind it is answered or done', async (_what, rest) => {
    const before = generated();
    const { responses, closed } = await sendRaw(gateway.port, Buffer.from(HEAD + rest + HIDDEN, 'latin1'), {
      until: 'close',
    });
    expect([responses.length, closed]).toEqual([1, true]);
    expectRefusal(responses[0], 400, 'bad_http');
    expect(generated()).toBe(before);
  });

  it('chunks in HTTP/1.0, which knows none, is refused, and nothing behind it is answered or done', async () => {
    const before = generated();
    const head = HEAD.replace('HTTP/1.1', 'HTTP/1.0');
    const bytes = `${head}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}${HIDDEN}`;
    const { responses, closed } = await sendRaw(gateway.port, Buffer.from(bytes), { until: 'close' });
    expect([responses.length, closed]).toEqual([1, true]);
    expectRefusal(responses[0], 400, 'bad_http');
    expect(generated()).toBe(before);
  });

  it.each([
    ['no host', 'GET /v1/models HTTP/1.1\r\n\r\n'],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version to come', 'GET /v1/models HTTP/1.2\r\nHost: x\r\n\r\n'],
    ['no version', 'GET /v1/models\r\n\r\n'],
    ['a method that is none', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a space before it', ' GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a path without a slash', 'GET v1/models HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['bytes in its path', 'GET /v1/models/\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a TLS greeting in its place', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s is refused', async (_what, bytes) => {
    const { responses } = await sendRaw(gateway.port, Buffer.from(bytes + HIDDEN, 'latin1'), {
      until: 'close',
    });
    expect(responses).toHaveLength(1);
    expectRefusal(responses[0], 400, 'bad_http');
  });

  it('a fault is refused behind a good one on the same connection as well', async () => {
    const client = await RawClient.open(gateway.port);
    await client.send(`GET / HTTP/1.1\r\nHost: x\r\n\r\n`);
    await client.responses();
    await client.send(`${HEAD}Content-Length : 2\r\n\r\n{}`);
    const responses = await client.responses(2);
    await client.closed;
    expect(responses[0]?.status).toBe(200);
    expectRefusal(responses[1], 400, 'bad_http');
  });

  it.each([
    ['chunks', `Transfer-Encoding: Chunked\r\n\r\n${CHUNKED}`],
    [
      'chunks and a trailer',
      `Transfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n${CHUNKED.slice(0, -2)}X-A: b\r\n\r\n`,
    ],
    ['a length', `Content-Length: ${SIZE}\r\n\r\n${BODY}`],
  ])('%s is answered, and so is the one behind it', async (_what, rest) => {
    const { responses } = await sendRaw(gateway.port, HEAD + rest + HIDDEN, { until: 2 });
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('the old version is answered, without chunks, and the connection closed', async () => {
    const old = HIDDEN.replace('HTTP/1.1', 'HTTP/1.0');
    const { responses, closed } = await sendRaw(gateway.port, old, { until: 'close' });
    expect([responses[0]?.status, responses[0]?.headers['transfer-encoding'], closed]).toEqual([
      200,
      undefined,
      true,
    ]);
    const streamed = old
      .replace(/Content-Length: \d+/, `Content-Length: ${SIZE + 14}`)
      .replace('"model"', '"stream":true,"model"');
    const stream = await sendRaw(gateway.port, streamed, { until: 'close' });
    expect(stream.responses[0]?.headers['transfer-encoding']).toBeUndefined();
    expect(String(stream.responses[0]?.body)).toMatch(/^data: \{.*\n\ndata: \[DONE\]\n\n$/s);
  });

  it('a body for a method without one does not let it pass for the next request', async () => {
    const request = `GET / HTTP/1.1\r\nHost: x\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n`;
    const before = generated();
    const { responses } = await sendRaw(gateway.port, request, { until: 2 });
    expect(responses.map(({ body }) => Object.keys(JSON.parse(String(body)) as object)[0])).toEqual([
      'name',
      'object',
    ]);
    expect(generated()).toBe(before);
  });
});

describe('a head of', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: a\r\n`).join('');
  const get = (more: string, path = '/v1/models') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

  it.each([
    ['more than 16 KiB', get(`X-A: ${'a'.repeat(16 * 1024)}\r\n`), 431, 'headers_too_large'],
    ['more than 16 KiB of lines', get(lines(3000)), 431, 'headers_too_large'],
    ['more than 100 lines', get(lines(100)), 431, 'headers_too_large'],
    ['a target over 8 KiB', get('', `/v1/models?${'a'.repeat(8 * 1024)}`), 414, 'uri_too_long'],
  ])('%s is refused', async (_what, bytes, status, code) => {
    const [response] = (await sendRaw(gateway.port, bytes)).responses;
    expect([response?.status, codeOf(String(response?.body))]).toEqual([status, code]);
    expect(faultsOfRefusal('/v1', String(response?.body))).toEqual([]);
  });

  it.each([
    ['100 lines', get(lines(99))],
    ['almost 16 KiB', get(`X-A: ${'a'.repeat(15 * 1024)}\r\n`)],
    ['a target of 8 KiB', get('', `/v1/models?${'a'.repeat(8 * 1024 - 11)}`)],
  ])('%s is taken', async (_what, bytes) => {
    expect((await sendRaw(gateway.port, bytes)).responses[0]?.status).toBe(200);
  });
});

it('an expectation that nobody knows is no concern', async () => {
  const request = 'GET /v1/models HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n';
  const { responses } = await sendRaw(gateway.port, request);
  const [response] = responses;
  expect(response?.status).toBe(200);
  expect(response?.headers['x-request-id']).toMatch(/^req_\w+$/);
});
