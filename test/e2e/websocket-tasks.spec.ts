import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { WsClient } from '../support/ws-client.js';

const PIECES = ['Plan', ':', ' é'];
const TASK = { agent_type: 'qa_engineer', task: 'Design performance test plan', context: {} };
const isEnd = (frame: Record<string, unknown>) =>
  'final' in frame || 'cancelled' in frame || 'error' in frame;

let ollama: FakeOllama;
let gateway: TestGateway;
let client: WsClient;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: PIECES });
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
  client = await WsClient.open(`${gateway.url}/ws/ai/stream`);
});
afterAll(async () => {
  client.close();
  await gateway.close();
  await ollama.close();
});

describe('/ws/ai/stream', () => {
  it.each([
    TASK,
    { agent_type: 'devops_engineer', task: 'Design CI/CD pipeline for microservices', context: {} },
  ])('answers a task of $agent_type token by token, and at the end as a whole', async (task) => {
    client.say(task);
    const frames = await client.until(isEnd);
    expect(frames.slice(0, -1)).toMatchObject([
      { token: 'Plan', text: 'Plan', generation_id: expect.stringMatching(/^chatcmpl-/) as string },
      { token: ':', text: 'Plan:' },
      { token: ' é', text: 'Plan: é' },
    ]);
    expect(frames.at(-1)).toMatchObject({ final: true, text: 'Plan: é', finish_reason: 'stop' });
    expect(gateway.storage.begins.at(-1)).toMatchObject({ agent: task.agent_type, route: '/ws/ai/stream' });
  });

  it('stops a task by its id, says so, and takes the next one', async () => {
    ollama.hold(1);
    client.say(TASK);
    const { generation_id: id } = await client.next();
    client.say({ cancel: id });
    expect(await client.next()).toEqual({ cancelled: true, generation_id: id });
    client.say(TASK);
    expect((await client.until(isEnd)).at(-1)).toMatchObject({ final: true });
  });

  it('stops a task that somebody else follows, and says so to both', async () => {
    ollama.hold(1);
    const other = await WsClient.open(`${gateway.url}/ws/ai/stream`);
    other.say(TASK);
    const { generation_id: id } = await other.next();
    client.say({ cancel: id });
    expect(await client.next()).toEqual({ cancelled: true, generation_id: id });
    expect(await other.next()).toEqual({ cancelled: true, generation_id: id });
    client.say({ cancel: id });
    expect(await client.next()).toMatchObject({ code: 'already_finished' });
    other.close();
  });

  it.each([
    ['no JSON', 'hello', 'invalid_json'],
    ['no task', { agent_type: 'qa_engineer' }, 'invalid_request'],
    ['an unknown agent', { agent_type: 'nobody', task: 'x' }, 'unknown_agent'],
    ['an unknown id', { cancel: 'chatcmpl-0' }, 'generation_not_found'],
    ['an id that is none', { cancel: 7 }, 'invalid_request'],
  ])('answers %s with an error, and lives', async (_, frame, code) => {
    client.say(frame);
    expect(await client.next()).toEqual({ error: expect.stringMatching(/\S/) as string, code });
  });
});
