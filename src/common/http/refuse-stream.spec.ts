import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { requireClear } from './refuse-stream.js';

const replyTo = (answerSeal: unknown) => ({ request: { answerSeal } }) as FastifyReply;

describe(requireClear, () => {
  it('lets through what was asked in clear', () => {
    expect(() => requireClear(replyTo(undefined))).not.toThrow();
  });

  it('refuses what was asked encrypted', () => {
    expect(() => requireClear(replyTo(() => Buffer.alloc(0)))).toThrow('cannot be answered by a stream');
  });
});
