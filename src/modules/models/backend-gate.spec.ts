import { beforeEach, describe, expect, it } from 'vitest';
import type { FailureCode } from '../../contracts/failure.js';
import type { ModelBackend } from '../../contracts/model-backend.js';
import { BackendGate } from './backend-gate.js';

const BACKEND = { name: 'ollama' } as ModelBackend;

describe(BackendGate.name, () => {
  let now: number;
  let gate: BackendGate;

  beforeEach(() => {
    now = 0;
    gate = new BackendGate(BACKEND, 2, { now: () => now }, () => undefined);
  });

  const enter = () => gate.enter() as number;

  it('lets as many through at once as it may, and the next when one has left', () => {
    const passes = [enter(), enter()];
    expect(gate.enter()).toMatchObject({ code: 'server_busy', retryAfterS: 1 });
    gate.leave(passes[0]!, 'neutral');
    expect(gate.enter()).toEqual(expect.any(Number));
    expect(gate.enter()).toMatchObject({ code: 'server_busy' });
  });

  it('keeps calls away while its breaker is open, and says for how long', () => {
    for (let i = 0; i < 10; i++) gate.leave(enter(), 'failure');
    expect(gate.enter()).toMatchObject({ code: 'server_busy', retryAfterS: 5 });
    now += 5_000;
    const probe = enter();
    expect(gate.enter()).toMatchObject({ code: 'server_busy', retryAfterS: 1 });
    gate.answered(probe);
    expect(gate.enter()).toEqual(expect.any(Number));
  });

  it('keeps nobody away from a backend that others asked to fail', () => {
    gate = new BackendGate({ ...BACKEND, failsOnDemand: true }, 2, { now: () => now }, () => undefined);
    for (let i = 0; i < 20; i++) gate.leave(enter(), 'failure');
    expect(gate.enter()).toEqual(expect.any(Number));
  });

  it('does not spend its breaker’s one try on a call for which it has no room', () => {
    const passes = [enter(), enter()];
    for (let i = 0; i < 10; i++) gate.breaker.record(passes[0]!, 'failure');
    now += 5_000;
    expect(gate.enter()).toMatchObject({ code: 'server_busy' });
    for (const pass of passes) gate.leave(pass, 'neutral');
    expect(gate.enter()).toEqual(expect.any(Number));
  });

  it.each<[FailureCode, string]>([
    ['upstream_unavailable', 'failure'],
    ['upstream_timeout', 'failure'],
    ['upstream_protocol_error', 'failure'],
    ['upstream_incomplete', 'failure'],
    ['upstream_error', 'failure'],
    ['server_busy', 'neutral'],
    ['rate_limit_exceeded', 'neutral'],
    ['upstream_auth', 'neutral'],
    ['model_not_found', 'neutral'],
    ['invalid_request', 'neutral'],
    ['cancelled', 'neutral'],
    ['timeout', 'neutral'],
    ['shutdown', 'neutral'],
    ['slow_client', 'neutral'],
    ['audit_unavailable', 'neutral'],
    ['internal', 'neutral'],
  ])('takes %s as %s', (code, verdict) => {
    expect(BackendGate.verdict({ code, message: '' })).toBe(verdict);
  });
});
