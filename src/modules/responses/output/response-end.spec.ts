import { describe, expect, it } from 'vitest';
import type { FailureCode } from '../../../contracts/failure.js';
import { toEnd, usageAt } from './response-end.js';

describe(toEnd.name, () => {
  it.each<[FailureCode, string]>([
    ['context_length_exceeded', 'context_length_exceeded'],
    ['rate_limit_exceeded', 'rate_limit_exceeded'],
    ['invalid_request', 'invalid_prompt'],
    ['upstream_incomplete', 'server_error'],
  ])('calls the failure %s %s', (code, published) => {
    const end = toEnd({ status: 'failed', failure: { code, message: 'No.' } });
    expect(end).toEqual({ status: 'failed', error: { code: published, message: 'No.' }, incomplete: null });
  });
});

describe(usageAt.name, () => {
  it('is known, unless nobody is left who could say it', () => {
    const usage = { completionTokens: 1 };
    const failed = (code: FailureCode) => ({ status: 'failed', failure: { code, message: 'No.' } }) as const;
    expect(usageAt(failed('upstream_error'), usage)).toBe(usage);
    expect(usageAt(failed('interrupted'), usage)).toBeNull();
  });
});
