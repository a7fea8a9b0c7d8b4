import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackendProbe } from '../../src/modules/models/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, resetBreakers } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';

/** Where an Ollama is looked for that nobody named. */
const USUAL_PORT = 11_434;

describe('a gateway without an Ollama', () => {
  let ollama: FakeOllama;
  let gateway: TestGateway;

  beforeEach(async () => {
    ollama = new FakeOllama({ models: 'any', port: USUAL_PORT });
    // Fails where a real one runs.
    await ollama.listen();
    await ollama.refuse();
  });
  afterEach(async () => {
    await gateway.close();
    await ollama.close();
  });

  const served = async () => {
    const response = await askChat(gateway, { stream: true });
    if (response.status !== 200) return [response.status, response.headers.get('x-citadel-backend')];
    const { text, finishReason, done } = await readChatStream(response);
    expect([text.length > 0, finishReason, done]).toEqual([true, 'stop', true]);
    return [response.status, response.headers.get('x-citadel-backend'), text];
  };
  const look = () => gateway.app.get(BackendProbe).look();

  it('serves simulated answers in development, until one appears, and when it is gone again', async () => {
    gateway = await createGateway({ CITADEL_ENV: 'development' });
    expect(await served()).toEqual([200, 'simulator', expect.any(String)]);

    await ollama.listen();
    ollama.answer({ pieces: ['from', ' Ollama'] });
    await look();
    expect(await served()).toEqual([200, 'ollama', 'from Ollama']);

    await ollama.refuse();
    expect(await served()).toEqual([502, 'ollama']);
    resetBreakers(gateway);
    await look();
    expect(await served()).toEqual([200, 'simulator', expect.any(String)]);
  });

  it('takes the one that is there when it starts', async () => {
    await ollama.listen();
    ollama.answer({ pieces: ['from', ' Ollama'] });
    gateway = await createGateway({ CITADEL_ENV: 'development' });
    expect(await served()).toEqual([200, 'ollama', 'from Ollama']);
  });

  it.each([
    ['somebody said where it is', { CITADEL_ENV: 'development', OLLAMA_URL: 'http://127.0.0.1:1' }],
    ['it is not for development', { CITADEL_ENV: 'test' }],
  ])('simulates nothing when %s', async (_why, env) => {
    gateway = await createGateway(env);
    expect(await served()).toEqual([502, 'ollama']);
  });
});
