import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeUpstream } from '../../../test/support/fake-upstream.js';
import { FailureError } from '../../contracts/failure.js';
import { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { embedWithOpenAi } from './embed.js';

let server: FakeUpstream;
let client: UpstreamClient;
let answer: { status: number; body: unknown };

const embed = (inputs: string[], dimensions?: number) =>
  embedWithOpenAi(client, { model: 'bge-m3', inputs, dimensions }, new AbortController().signal);
const list = (...data: unknown[]) => ({ object: 'list', data, usage: { prompt_tokens: 5, total_tokens: 5 } });
const item = (index: number | undefined, embedding: unknown) => ({ object: 'embedding', index, embedding });

beforeAll(async () => {
  server = await new FakeUpstream().listen();
  server.script((exchange) => exchange.respond(answer.status, {}, JSON.stringify(answer.body)));
  client = new UpstreamClient({ baseUrl: `${server.origin}/v1`, connectTimeoutMs: 1_000 });
});
afterAll(async () => {
  await client.close();
  await server.close();
});
beforeEach(() => {
  answer = { status: 200, body: list(item(0, [0.5]), item(1, [0.25])) };
});

describe(embedWithOpenAi.name, () => {
  it('asks for numbers, and tells them with the tokens they took', async () => {
    const made = await embed(['ä', 'b'], 1);
    expect(made).toEqual({ vectors: [Float32Array.of(0.5), Float32Array.of(0.25)], promptTokens: 5 });
    expect(server.requests.at(-1)).toMatchObject({
      path: '/v1/embeddings',
      body: { model: 'bge-m3', input: ['ä', 'b'], dimensions: 1, encoding_format: 'float' },
    });
  });

  it('goes by the index, not by the order', async () => {
    answer.body = list(item(1, [0.25]), item(0, [0.5]));
    expect((await embed(['a', 'b'])).vectors).toEqual([Float32Array.of(0.5), Float32Array.of(0.25)]);
    answer.body = list(item(undefined, [0.5]), item(undefined, [0.25]));
    expect((await embed(['a', 'b'])).vectors).toEqual([Float32Array.of(0.5), Float32Array.of(0.25)]);
  });

  it('understands a server that sends base64 all the same', async () => {
    const bytes = Buffer.from(Float32Array.of(0.5, -2).buffer);
    answer.body = list(item(0, bytes.toString('base64')));
    expect((await embed(['a'])).vectors).toEqual([Float32Array.of(0.5, -2)]);
  });

  it.each([
    ['an index twice', list(item(0, [1]), item(0, [2]))],
    ['an index too high', list(item(0, [1]), item(2, [2]))],
    ['an index that is none', list(item(0, [1]), item(0.5, [2]))],
    ['one vector too few', list(item(0, [1]))],
    ['vectors of two lengths', list(item(0, [1]), item(1, [1, 2]))],
    ['an empty vector', list(item(0, []), item(1, []))],
    ['no numbers', list(item(0, ['1']), item(1, ['2']))],
    ['numbers that float32 cannot hold', list(item(0, [1e300]), item(1, [1]))],
    ['nothing', null],
  ])('refuses %s', async (_name, body) => {
    answer.body = body;
    const error = await embed(['a', 'b']).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FailureError);
    expect((error as FailureError).failure.code).toBe('upstream_protocol_error');
  });

  it.each([{ error: 'Unexpected endpoint' }, { error: { message: 'Unexpected endpoint', code: 400 } }])(
    'hears a failure that is told with a good status: %j',
    async (body) => {
      answer = { status: 200, body };
      await expect(embed(['a', 'b'])).rejects.toMatchObject({
        failure: { code: 'upstream_error', message: 'The model server failed: Unexpected endpoint' },
      });
    },
  );

  it('tells what the server said, where that is the caller’s to know', async () => {
    answer = { status: 400, body: { error: { message: 'input is too long' } } };
    await expect(embed(['a', 'b'])).rejects.toMatchObject({
      failure: { code: 'invalid_request', message: expect.stringContaining('too long') },
    });
  });
});
