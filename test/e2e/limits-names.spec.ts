import { expect, it } from 'vitest';
import { createGateway } from '../support/create-app.js';

const YAML = `
limits:
  endpoints:
    - { route: POST /v1/chat/completion, per_minute: 5 }
    - { route: POST /v1/chat/completions, per_minute: 5 }
    - { route: GET /socket.io/, generations: 5 }
  agents: [{ agent: wirter, generations: 5 }, { agent: qa_engineer, per_minute: 5 }]
  budgets:
    - { endpoint: POST /api/v1/agent/:agent/chat/completions, tokens: 5 }
    - { endpoint: POST /api/v1/agent/:agent_key/chat/completions, tokens: 5 }
    - { endpoint: '*', tokens: 5 }
    - { agent: nobody, tokens: 5 }
    - { agent: '*', tokens: 5 }
`;

it('limits for what is not there are named at the start, each once', async () => {
  const lines: string[] = [];
  const gateway = await createGateway({ LOG_LEVEL: 'warn' }, undefined, {
    yaml: YAML,
    log: { write: (line) => lines.push(line) },
  });
  await gateway.close();
  const told = lines
    .map((line) => JSON.parse(line) as { msg: string })
    .filter(({ msg }) => msg.startsWith('limits'));
  expect(told).toEqual([
    expect.objectContaining({
      msg: 'limits for endpoints that are not there hold nobody',
      endpoints: ['POST /v1/chat/completion', 'POST /api/v1/agent/:agent/chat/completions'],
    }),
    expect.objectContaining({
      msg: 'limits for agents that are not there hold nobody',
      agents: ['wirter', 'nobody'],
    }),
  ]);
});
