import { describe, expect, it } from 'vitest';
import { AlertRuleState } from './alert-rule-state.js';
import { RecentOutcomes } from './recent-outcomes.js';

const rule = { name: 'slow', signal: 'error_rate', above: 5, forMs: 1_000, severity: 'warning' } as const;

describe(AlertRuleState.name, () => {
  it('fires once, when the value was above for long enough without a break', () => {
    const state = new AlertRuleState(rule);
    const said = [
      [6, 0],
      [5, 500],
      [6, 600],
      [6, 1_500],
      [7, 1_600],
      [8, 9_000],
    ].map(([value, now]) => state.update(value!, now!));
    expect(said.map((alert) => alert?.state)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'firing',
      undefined,
    ]);
    expect(said[4]).toMatchObject({ value: 7, threshold: 5, since: '1970-01-01T00:00:01.600Z' });
    expect(state.firing).toMatchObject({ state: 'firing', value: 8 });
  });

  it('is resolved once', () => {
    const state = new AlertRuleState({ ...rule, forMs: 0 });
    expect(state.update(6, 0)?.state).toBe('firing');
    expect(state.update(5, 10)).toMatchObject({ state: 'resolved', value: 5 });
    expect([state.update(5, 20), state.firing]).toEqual([undefined, undefined]);
  });
});

describe(RecentOutcomes.name, () => {
  it('tells of the last minute only', () => {
    const outcomes = new RecentOutcomes();
    expect([outcomes.errorRate(0), outcomes.latencyP95(0)]).toEqual([0, 0]);
    outcomes.add(true, 9_000, 0);
    for (let i = 0; i < 3; i++) outcomes.add(false, 1_000, 30_000);
    expect([outcomes.errorRate(30_000), outcomes.latencyP95(30_000)]).toEqual([0.25, 9]);
    expect([outcomes.errorRate(61_000), outcomes.latencyP95(61_000)]).toEqual([0, 1]);
    expect(outcomes.errorRate(200_000)).toBe(0);
  });
});
