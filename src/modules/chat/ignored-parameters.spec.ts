import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../models/index.js';
import { sayIgnored } from './ignored-parameters.js';

describe(sayIgnored.name, () => {
  const ignoredOf = (body: object, withholds?: ReadonlySet<string>) => {
    const headers: Record<string, string> = {};
    const reply = { header: (name: string, value: string) => (headers[name] = value) };
    const plan = { requestedModel: 'm', targets: [{ model: 'm', gate: { backend: { withholds } } }] };
    const isKnown = (name: string) => name === 'model' || name === 'top_k';
    sayIgnored(reply as unknown as FastifyReply, { body, plan: plan as unknown as Plan, isKnown });
    return headers['x-ignored-parameters'];
  };

  it('names what nobody looks at', () => {
    expect(ignoredOf({ model: 'm', top_k: 1 })).toBeUndefined();
    expect(ignoredOf({ model: 'm', top_k: 1, other: null, more: undefined })).toBe('other');
  });

  it('names what this backend’s server is not told', () => {
    expect(ignoredOf({ model: 'm', top_k: 1, other: 2 }, new Set(['top_k']))).toBe('top_k, other');
  });
});
