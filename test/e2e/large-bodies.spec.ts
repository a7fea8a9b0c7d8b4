import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { believe, caller, showing } from '../support/named-callers.js';
import { RawClient } from '../support/raw-http.js';

const MIB = 1024 * 1024;
const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const START = '{"model":"phi3","messages":[{"role":"user","content":"';
const END = '"}]}';

let ollama: FakeOllama;
let gateway: TestGateway;

/** Sends a body of that size but for its end; gives what sends the end. */
async function send(id: string, bytes: number, framing: 'length' | 'chunks' = 'length') {
  const client = await RawClient.open(gateway.port);
  const text = START + 'x'.repeat(bytes - START.length - END.length);
  const isChunked = framing === 'chunks';
  const size = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes}`;
  await client.send(`${HEAD}Authorization: ${showing(caller(id)).authorization}\r\n${size}\r\n\r\n`);
  await client.send(isChunked ? `${text.length.toString(16)}\r\n${text}\r\n` : text);
  const end = isChunked ? `${END.length.toString(16)}\r\n${END}\r\n0\r\n\r\n` : END;
  return { client, finish: () => client.send(end) };
}

const answerTo = async ({ client, finish }: Awaited<ReturnType<typeof send>>) => {
  await finish();
  const [response] = await client.responses();
  client.destroy();
  return response;
};

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  gateway = await createGateway({ OLLAMA_URL: ollama.origin });
  believe(gateway);
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

describe('large bodies of one caller that are under way', () => {
  it.each(['length', 'chunks'] as const)('are bounded together, told by %s', async (framing) => {
    const held = await Promise.all([1, 2, 3].map(() => send('ada', 20 * MIB, framing)));
    const refused = await send('ada', 8 * MIB, framing);
    const [response] = await refused.client.responses();
    refused.client.destroy();
    expect([response!.status, response!.headers['retry-after']]).toEqual([429, '1']);
    expect(response!.body.toString()).toContain('rate_limit_exceeded');
    expect((await answerTo(await send('ada', 1_000, framing)))!.status).toBe(200);
    expect((await answerTo(await send('bob', 8 * MIB, framing)))!.status).toBe(200);
    held[0]!.client.destroy();
    expect((await answerTo(held[1]!))!.status).toBe(200);
    expect((await answerTo(held[2]!))!.status).toBe(200);
    expect((await answerTo(await send('ada', 20 * MIB, framing)))!.status).toBe(200);
  });
});
