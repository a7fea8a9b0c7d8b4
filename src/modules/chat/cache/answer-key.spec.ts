import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';
import type { GenerationSpec } from '../../generation/index.js';
import type { AdmittedCall } from '../call.js';
import { toAnswerKey } from './answer-key.js';

const USER: Principal = { ...ANONYMOUS, id: 'ann', role: 'user' };
const BODY = { kind: 'chat', dto: { messages: [] } };
const target = (backend: string, model: string) => ({ gate: { backend: { name: backend } }, model });

function keyOf(more: object = {}, body: object = BODY): string {
  const spec = {
    kind: 'chat',
    owner: ANONYMOUS,
    agent: undefined,
    plan: { requestedModel: 'phi3', targets: [target('ollama', 'phi3:latest')] },
    choices: 1,
    request: () => ({ requestedModel: 'phi3', input: { kind: 'chat', messages: [] } }),
    ...more,
  };
  return toAnswerKey({ body } as unknown as AdmittedCall, spec as unknown as GenerationSpec);
}

describe(toAnswerKey.name, () => {
  it('is short, and the same for the same', () => {
    expect(keyOf()).toMatch(/^citadel:answer:1:[\w-]{43}$/);
    expect(keyOf()).toBe(keyOf());
  });

  it.each<[string, object, object?]>([
    ['a tenant', { owner: { ...ANONYMOUS, tenant: 'other' } }],
    ['a caller with credentials', { owner: USER }],
    ['another caller with credentials', { owner: { ...USER, id: 'bob' } }],
    ['that caller in another tenant', { owner: { ...USER, tenant: 'other' } }],
    ['a caller who is called as nobody is', { owner: { ...USER, id: 'anonymous' } }],
    ['an agent', { agent: 'p8-sim' }],
    ['a backend', { plan: { requestedModel: 'phi3', targets: [target('other', 'phi3:latest')] } }],
    ['a model there', { plan: { requestedModel: 'phi3', targets: [target('ollama', 'phi3')] } }],
    ['a number of answers', { choices: 2 }],
    ['a kind', { kind: 'completion' }],
    ['a request', { request: () => ({ requestedModel: 'phi4' }) }],
    ['prompts', {}, { kind: 'completion', dto: { prompt: ['a', 'b'] } }],
  ])('is another for %s', (_what, more, body) => {
    const all = [keyOf(), keyOf(more, body)];
    expect(new Set(all).size).toBe(2);
  });

  it('is the same for callers without credentials, whatever they are called', () => {
    expect(keyOf({ owner: { ...ANONYMOUS, id: 'somebody' } })).toBe(keyOf());
  });
});
