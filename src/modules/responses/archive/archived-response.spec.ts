import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../contracts/principal.js';
import type { FinishedGeneration } from '../../generation/index.js';
import type { KeptResponse } from '../kept-responses.js';
import { fromArchived, toArchived } from './archived-response.js';

const ID = `resp_${'0'.repeat(32)}`;
const OWNER: Principal = {
  id: 'ada',
  tenant: 'acme',
  role: 'user',
  scopes: ['read'],
  email: 'ada@example.org',
  credential: { kind: 'api_key', id: 'key-1' },
};
const KEPT: KeptResponse = {
  tenant: 'acme',
  user: 'ada',
  echo: { instructions: 'é👋' },
  items: [
    {
      id: 'msg_1',
      status: 'completed',
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'Hello' }],
    },
  ],
  background: true,
};
const FINISHED: FinishedGeneration = {
  head: { id: ID, created: 1, model: 'phi3', agent: undefined, choices: 1 },
  owner: OWNER,
  profile: 'generic',
  outcome: {
    status: 'failed',
    failure: { code: 'upstream_error', message: 'It failed.', detail: 'sk-secret' },
  },
  usage: { completionTokens: 1 },
  durationMs: 7,
  backend: 'ollama',
  count: 2,
  log: Buffer.from('é\n👋').toString('latin1'),
};

describe('a response in the archive', () => {
  const archived = toArchived(KEPT, FINISHED);

  it('comes back as it was', () => {
    const { source, owner, ...rest } = fromArchived(archived);
    expect(rest).toMatchObject(KEPT);
    expect(owner).toMatchObject({ id: 'ada', tenant: 'acme', role: 'user' });
    expect(source).toMatchObject({ head: { id: ID, model: 'phi3' }, durationMs: 7, backendName: 'ollama' });
    expect(source.log.from(0).join('\n')).toBe(FINISHED.log);
    expect(source.releasedOutcome).toMatchObject({
      status: 'failed',
      failure: { code: 'upstream_error', message: 'It failed.' },
    });
  });

  it('holds nothing of what may not be told, nor who asked besides whose it is', () => {
    expect(archived.facts.toString()).not.toMatch(/sk-secret|example\.org|key-1/);
  });

  it('comes without its items where these are not wanted', () => {
    const { facts, log } = archived;
    expect(fromArchived({ facts, log }).items).toEqual([]);
  });
});
