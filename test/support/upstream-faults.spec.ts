import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Exchange } from './exchange.js';
import type { FakeModelServer } from './fake-model-server.js';
import { FakeOllama } from './fake-ollama.js';
import { FakeOpenAi } from './fake-openai.js';
import { Gate } from './gate.js';
import { RawClient } from './raw-http.js';
import { faultText, getFault, UPSTREAM_FAULTS, type FaultTiming } from './upstream-faults.js';

const REQUEST_BODY = JSON.stringify({ model: 'any', stream: true, messages: [{}] });

describe.each([
  ['Ollama', '/api/chat', () => new FakeOllama({ models: 'any' })],
  ['OpenAI', '/v1/chat/completions', () => new FakeOpenAi({ models: 'any' })],
])('upstream faults of a fake %s', (_name, path, createServer: () => FakeModelServer) => {
  let server: FakeModelServer;

  beforeEach(async () => {
    server = await createServer().listen();
  });
  afterEach(() => server.close());

  const ask = async (name: string, timing?: FaultTiming): Promise<RawClient> => {
    await getFault(name).install(server, timing);
    const client = await RawClient.open(server.port);
    await client.send(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${REQUEST_BODY.length}\r\n\r\n${REQUEST_BODY}`,
    );
    return client;
  };

  it.each(UPSTREAM_FAULTS.filter((fault) => fault.after).map((fault) => fault.name))(
    'lets good pieces go before: %s',
    async (name) => {
      const client = await ask(name, { afterPieces: 2 });
      await client.seen('wörd1 ');
      const seen = client.received;
      client.destroy();

      expect(seen.toString()).toContain('wörd0 ');
      expect(faultText(2)).toBe('wörd0 wörd1 ');
    },
  );

  it('refuses, and listens again on the same port', async () => {
    const { port } = server;
    await expect(ask('refused')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.listen();

    expect(server.port).toBe(port);
    (await RawClient.open(port)).destroy();
  });

  it('resets without a byte, or after what has been seen', async () => {
    const early = await ask('reset');
    await early.closed;
    const gate = new Gate<Exchange>();
    const late = await ask('reset', { afterPieces: 1, gate });
    await late.seen('wörd0');
    gate.open();
    await late.closed;

    expect([early.received.length, early.wasReset, late.wasReset]).toEqual([0, true, true]);
  });

  it('is silent when it hangs and says its head when it hangs later', async () => {
    const hanging = await ask('hang');
    const headed = await ask('headers then hang');
    await headed.seen('\r\n\r\n');

    expect(hanging.received.length).toBe(0);
    expect(headed.received.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    hanging.destroy();
    headed.destroy();
  });

  it('answers with status, Retry-After and the body asked for', async () => {
    const json = await (await ask('status 429 with JSON body')).responses();
    const empty = await (await ask('status 503 with no body')).responses();

    expect(json[0]).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect(JSON.parse(json[0]?.body.toString() ?? '')).toHaveProperty('error');
    expect(empty[0]).toMatchObject({ status: 503, body: Buffer.alloc(0) });
  });

  it('knows whether its redirect was followed', async () => {
    const [answer] = await (await ask('redirect 307')).responses();
    await fetch(answer?.headers.location ?? '');

    expect(server.companion?.requests.map((request) => request.path)).toEqual([path]);
  });

  it('writes bytes that no encoder would', async () => {
    const invalid = await (await ask('invalid UTF-8')).responses();
    const truncated = await (await ask('truncated without its end', { afterPieces: 1 })).responses();

    expect(invalid[0]?.body.includes(Buffer.from([0xc3, 0x28, 0xff]))).toBe(true);
    expect(truncated[0]?.body.toString()).not.toMatch(/"done":true|DONE/);
  });
});

it('has one entry and one promise for each fault', () => {
  expect(new Set(UPSTREAM_FAULTS.map((fault) => fault.name)).size).toBe(UPSTREAM_FAULTS.length);
  expect(UPSTREAM_FAULTS.filter((fault) => !fault.before && !fault.after && !fault.passesWith)).toEqual([]);
});
