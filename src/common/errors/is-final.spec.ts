import { describe, expect, it } from 'vitest';
import { GatewayError } from './gateway.error.js';
import { isFinal } from './is-final.js';

describe(isFinal.name, () => {
  it.each([
    ['what is used up for good', 'insufficient_quota', undefined],
    ['what comes back tomorrow', 'insufficient_quota', 3600],
    ['a limit of more than a minute', 'rate_limit_exceeded', 61],
    ['what another request stands against', 'idempotency_conflict', undefined],
    ['a request that comes back to its sender', 'loop_detected', undefined],
  ] as const)('is %s', (_what, code, retryAfterS) => {
    expect(isFinal(new GatewayError(code, 'No.', { retryAfterS }))).toBe(true);
  });

  it.each([
    ['what is only reserved', 'insufficient_quota', 1],
    ['a limit of a minute', 'rate_limit_exceeded', 60],
    ['a limit that says no time', 'rate_limit_exceeded', undefined],
    ['a server that is away', 'upstream_unavailable', undefined],
  ] as const)('is not %s', (_what, code, retryAfterS) => {
    expect(isFinal(new GatewayError(code, 'No.', { retryAfterS }))).toBe(false);
  });
});
