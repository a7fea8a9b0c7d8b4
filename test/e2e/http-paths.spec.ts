import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { codeOf, faultsOfRefusal } from '../support/openai-schemas-refusal.js';
import { RawClient, sendRaw, type RawResponse } from '../support/raw-http.js';

let ollama: FakeOllama;
let gateway: TestGateway;
/** Where loopback is a stranger. */
let strict: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  const env = { LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  gateway = await createGateway({ ...env, P8FS_CORS_ORIGINS: 'http://localhost:3000' }, undefined, {
    signedIn: 'where needed',
  });
  strict = await createGateway({ ...env, TRUSTED_NETWORKS: '10.0.0.0/8' });
});
afterAll(async () => {
  await Promise.all([gateway.close(), strict.close()]);
  await ollama.close();
});

const BODY = JSON.stringify({ model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] });
const generated = () => ollama.requests.filter(({ path }) => path === '/api/chat').length;

async function ask(
  method: string,
  target: string,
  more = '',
  { port }: TestGateway = gateway,
): Promise<RawResponse> {
  const content =
    method === 'POST' ? `Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n` : '';
  const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\n${content}${more}\r\n`;
  const [response] = (await sendRaw(port, head + (method === 'POST' ? BODY : ''))).responses;
  if (response === undefined) throw new Error('no answer');
  return response;
}

describe('a path spelled otherwise', () => {
  it.each([
    '//v1/chat/completions',
    '/v1//chat/completions',
    '/v1/./chat/completions',
    '/v1/x/../chat/completions',
    '/%2e%2e/v1/chat/completions',
    '/v1/chat/completions//',
    '/v1/chat/completions;x=1',
    '/v1/chat/completions%20',
    '/v1/chat/completions%00',
    '/v1/chat/completions%2F',
    '/v1/chat%2Fcompletions',
    '/v1%2Fchat/completions',
    '/v1/chat/completions.json',
    '/V1/CHAT/COMPLETIONS',
    '/v1/Chat/completions',
    '/api/v1/agent//chat/completions',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/../../../etc/passwd',
  ])('is nothing: %s', async (path) => {
    const before = generated();
    for (const method of path.startsWith('/docs') ? ['GET'] : ['POST', 'GET']) {
      const { status, body } = await ask(method, path);
      expect([status, codeOf(String(body))]).toEqual([404, 'not_found']);
      expect(faultsOfRefusal(path, String(body))).toEqual([]);
    }
    expect(generated()).toBe(before);
  });

  it.each(['/%', '/v1/%zz', '/v1/models/%E0%A4%A', '/api/v1/models/%', '/api/%c3%28', '/docs/%'])(
    'is refused when its escapes are none: %s',
    async (path) => {
      const { status, headers, body } = await ask('GET', path);
      expect([status, codeOf(String(body))]).toEqual([400, 'bad_http']);
      expect(faultsOfRefusal(path, String(body))).toEqual([]);
      expect(headers).toMatchObject({ 'x-request-id': expect.any(String), 'cache-control': 'no-store' });
    },
  );

  it('is too long when one of its parts is', async () => {
    for (const path of [
      `/v1/generations/${'x'.repeat(1100)}`,
      `/api/v1/agent/${'x'.repeat(1100)}/chat/completions`,
    ]) {
      const { status, body } = await ask(path.startsWith('/api') ? 'POST' : 'GET', path);
      expect([status, codeOf(String(body))]).toEqual([414, 'uri_too_long']);
      expect(faultsOfRefusal(path, String(body))).toEqual([]);
    }
  });

  const SAME = [
    '/v1/chat/completions',
    '/v1/chat/completions/',
    '/v1/%63hat/completions',
    'http://x/v1/chat/completions',
    'http://elsewhere.example/v1/chat/completions',
    '/v1/chat/completions?a=%',
    '/v1/chat/completions#a',
  ];

  it.each(SAME)('means the same and is guarded alike: %s', async (target) => {
    expect((await ask('POST', target)).status).toBe(200);
    const before = generated();
    expect((await ask('POST', target, '', strict)).status).toBe(401);
    expect(generated()).toBe(before);
  });

  it('has the error form of what it means', async () => {
    const wrong = { model: 'phi3' };
    const body = JSON.stringify(wrong);
    for (const target of ['/%61pi/v1/chat/completions', 'http://x/api/v1/chat/completions']) {
      const head = `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
      const [response] = (await sendRaw(gateway.port, `${head}\r\n\r\n${body}`)).responses;
      expect(response?.status).toBe(400);
      expect(faultsOfRefusal('/api', String(response?.body))).toEqual([]);
    }
  });
});

describe('a body of any kind', () => {
  const send = async (method: string, target: string, type: string) => {
    const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 3`;
    const [response] = (await sendRaw(gateway.port, `${head}\r\n\r\na=b`)).responses;
    return [response?.status, response?.headers.allow, codeOf(String(response?.body))];
  };

  it.each([
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/json',
    'application/json; charset=latin1',
    'text/plain',
    'nonsense',
  ])('hides neither that nothing is there, nor that the method is wrong: %s', async (type) => {
    expect(await send('POST', '/v1/nothing', type)).toEqual([404, undefined, 'not_found']);
    expect(await send('PUT', '/v1/chat/completions', type)).toEqual([405, 'POST', 'method_not_allowed']);
  });
});

describe('a method', () => {
  const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY'];

  it.each([
    ['/v1/chat/completions', 'POST'],
    ['/api/v1/chat/completions', 'POST'],
    ['/v1/agents/stream', 'POST'],
    ['/v1/models', 'GET, HEAD'],
    ['/api/v1/models/phi3', 'GET, HEAD'],
    ['/v1/generations/x', 'GET, HEAD'],
    ['/', 'GET, HEAD'],
    ['/docs', 'GET, HEAD'],
  ])('that %s does not have is refused, naming %s', async (path, allow) => {
    for (const method of METHODS.filter((name) => !allow.includes(name))) {
      const { status, headers, body } = await ask(method, path);
      expect([method, status, headers.allow]).toEqual([method, 405, allow]);
      expect(codeOf(String(body))).toBe('method_not_allowed');
      expect(faultsOfRefusal(path, String(body))).toEqual([]);
    }
  });

  it.each(['/v1/nothing', '/api/v1/nothing', '/api/nothing', '/nothing', '/v1', '/api/v1/agent'])(
    'of any kind finds nothing at %s',
    async (path) => {
      for (const method of METHODS) {
        const { status, headers, body } = await ask(method, path);
        expect([method, status, headers.allow]).toEqual([method, 404, undefined]);
        expect(faultsOfRefusal(path, String(body))).toEqual([]);
      }
    },
  );

  it.each([
    ['/v1/models', 200],
    ['/', 200],
    ['/v1/chat/completions', 405],
    ['/v1/models/nope', 200],
    ['/nothing', 404],
  ])('HEAD %s says %i and sends nothing', async (path, status) => {
    const response = await fetch(gateway.url + path, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([status, '']);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
  });

  it('TRACE is never repeated to its sender', async () => {
    const { body } = await ask('TRACE', '/v1/models', 'X-Secret: canary\r\n');
    expect(String(body)).not.toContain('canary');
  });

  it.each(['CONNECT other.example:443', 'CONNECT /v1/models'])(
    '%s is refused, and closed without a look at what comes behind',
    async (start) => {
      const client = await RawClient.open(gateway.port);
      await client.send(`${start} HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n`);
      await client.closed;
      const [response, another] = await client.responses();
      expect([response?.status, response?.headers.allow, another]).toEqual([405, '', undefined]);
      expect(codeOf(String(response?.body))).toBe('method_not_allowed');
      expect(faultsOfRefusal('/', String(response?.body))).toEqual([]);
    },
  );

  it('CONNECT does not get into the middle of another answer', async () => {
    const client = await RawClient.open(gateway.port);
    await client.send('GET /health HTTP/1.1\r\nHost: x\r\n\r\nCONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.closed;
    expect(String(client.received)).not.toContain('405');
  });

  it('is what the first line says, and no header', async () => {
    const before = generated();
    const { status } = await ask('GET', '/v1/chat/completions', 'X-HTTP-Method-Override: POST\r\n');
    expect([status, generated()]).toEqual([405, before]);
  });
});

describe('OPTIONS', () => {
  const PATHS = ['/v1/voice/chat/completions', '/v1/chat/completions', '/api/v1/models', '/nothing', '/'];
  const WANTED =
    'Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,x-stainless-os\r\n';
  const SPELLINGS = ['', WANTED] as const;

  it.each(PATHS)('%s answers 200 without an origin', async (path) => {
    const { status, headers, body } = await ask('OPTIONS', path);
    expect([status, headers['access-control-allow-origin'], body.length]).toEqual([200, undefined, 0]);
  });

  it.each(PATHS)('%s lets scripts of allowed origins in, with the headers they want', async (path) => {
    for (const wanted of SPELLINGS) {
      const { status, headers } = await ask('OPTIONS', path, `Origin: http://localhost:3000\r\n${wanted}`);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'access-control-allow-origin': 'http://localhost:3000',
        'access-control-allow-methods': expect.stringContaining('POST'),
        vary: expect.stringContaining('Origin'),
        ...(wanted === '' ? {} : { 'access-control-allow-headers': 'content-type,x-stainless-os' }),
      });
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it.each([
    'http://localhost:3001',
    'https://localhost:3000',
    'http://localhost:3000.evil.example',
    'http://evil.example',
    'null',
  ])('does not let scripts of %s in', async (origin) => {
    for (const wanted of SPELLINGS) {
      const { status, headers } = await ask(
        'OPTIONS',
        '/v1/chat/completions',
        `Origin: ${origin}\r\n${wanted}`,
      );
      expect([status, headers['access-control-allow-origin']]).toEqual([200, undefined]);
    }
    const answer = await ask('POST', '/v1/chat/completions', `Origin: ${origin}\r\n`);
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, undefined]);
  });

  it('is not needed to read answers and refusals, and the headers beside them', async () => {
    const origin = 'Origin: http://localhost:3000\r\n';
    const answers = [
      await ask('POST', '/v1/chat/completions', origin),
      await ask('POST', '/v1/models', origin),
      await ask('GET', '/v1/nothing', origin),
      await ask('POST', '/v1/chat/completions', `${origin}X-Forwarded-For: 192.0.2.1\r\n`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 405, 404, 401]);
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe('http://localhost:3000');
      expect(headers['access-control-expose-headers']).toContain('X-Generation-ID');
    }
  });
});
