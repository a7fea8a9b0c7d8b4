import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';
import { authorizationOf } from '../support/sign-in.js';

const TASK = { agent_type: 'p8-sim', task: 'Greet', context: { of: { any: 'kind' } } };
const CALL = { agent: 'p8-sim', method: 'execute' };
const LOCATED = { name: 'p8-sim', method: 'execute' };

describe('fields without an effect', () => {
  let ollama: FakeOllama;
  let gateway: TestGateway;
  let headers: Record<string, string>;

  beforeAll(async () => {
    ollama = await new FakeOllama({ models: 'any' }).listen();
    gateway = await createGateway({ OLLAMA_URL: ollama.origin });
    headers = await authorizationOf(gateway);
  });
  afterAll(async () => {
    await gateway.close();
    await ollama.close();
  });

  const ignoredIn = async (path: string, body: object) => {
    const response = await post(gateway.url + path, body, { headers });
    await response.text();
    return [response.status, response.headers.get('x-ignored-parameters')];
  };

  it.each([
    ['/agent/stream', { ...TASK, max_token: 5 }, 'max_token'],
    ['/agent/generate', { ...TASK, max_token: 5, tenantId: 'b' }, 'max_token, tenantId'],
    ['/api/v1/ai/stream', { ...TASK, stream: true }, 'stream'],
    ['/api/v1/ai/p8-sim/stream', { ...TASK, agent_type: 'content' }, 'agent_type'],
    ['/api/stream/p8-sim', { prompt: 'Greet', temprature: 1 }, 'temprature'],
    [
      '/workflow/create',
      { steps: [TASK, { ...TASK, retries: 3 }], parallel: true },
      'steps.retries, parallel',
    ],
    ['/api/coordinator/sequential', { steps: [{ ...CALL, tranform: 'trim' }], input: 'x' }, 'steps.tranform'],
    [
      '/api/coordinator/parallel',
      { tasks: [{ ...CALL, transform: 'trim' }], input: { a: 1 } },
      'tasks.transform',
    ],
    [
      '/api/coordinator/hierarchical',
      { master: LOCATED, subAgents: [{ ...LOCATED, agent: 'x' }], input: 'x', options: { modle: 'phi3' } },
      'subAgents.agent, options.modle',
    ],
    ['/api/coordinator/workflow', { workflow: 'second-opinions', input: 'x', steps: [] }, 'steps'],
  ])('are named by %s', async (path, body, names) => {
    expect(await ignoredIn(path, body)).toEqual([200, names]);
  });

  it.each([
    ['/agent/stream', TASK],
    ['/api/v1/ai/p8-sim/stream', { task: 'Greet' }],
    ['/workflow/create', { name: 'One', steps: [TASK] }],
    [
      '/api/coordinator/sequential',
      { steps: [{ ...CALL, transform: null }], input: { data: { deep: 1 } }, options: null },
    ],
  ])('are not there where %s acts upon all', async (path, body) => {
    expect(await ignoredIn(path, body)).toEqual([200, null]);
  });
});
