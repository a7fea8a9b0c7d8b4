import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';

/** A quick model on a good machine. The ratio says how slow it is as much as how fast the cache is. */
const MODEL_TAKES_MS = 20;
const CALLS = 30;
/** What even a machine with other work to do must reach; an idle one is far above. */
const FLOOR = 2;

let server: FakeOllama;
let gateway: TestGateway;

const ask = async (prompt: string) => {
  const startedAt = performance.now();
  const response = await post(`${gateway.url}/api/embeddings`, { model: 'nomic-embed-text', prompt });
  const { embedding } = (await response.json()) as { embedding: number[] };
  return { embedding, cache: response.headers.get('x-cache'), ms: performance.now() - startedAt };
};
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

beforeAll(async () => {
  server = await new FakeOllama({ models: 'any', embeddingDimensions: 768 }).listen();
  server.embedScript(async (exchange) => {
    await pause(MODEL_TAKES_MS);
    await server.embedAs(exchange);
  });
  gateway = await createGateway({ OLLAMA_URL: server.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await server.close();
});

describe('an embedding that was made before', () => {
  it('is the same vector, from the cache, and far faster', async () => {
    const [made, found]: [number[], number[]] = [[], []];
    for (let call = 0; call < CALLS; call++) {
      const first = await ask(`text ${call}`);
      const second = await ask(`text ${call}`);
      expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
      expect(second.embedding).toEqual(first.embedding);
      made.push(first.ms);
      found.push(second.ms);
    }
    const ratio = median(made) / median(found);
    console.log(
      `an embedding: made in ${median(made).toFixed(1)} ms (the model takes ${MODEL_TAKES_MS}), ` +
        `found in ${median(found).toFixed(2)} ms: ${ratio.toFixed(0)}x`,
    );
    expect(ratio).toBeGreaterThan(FLOOR);
  });
});
