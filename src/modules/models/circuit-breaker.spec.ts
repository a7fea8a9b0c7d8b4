import { beforeEach, describe, expect, it } from 'vitest';
import { BREAKER_SETTINGS, CircuitBreaker, type BreakerState, type CallVerdict } from './circuit-breaker.js';

const { openMs, windowMs } = BREAKER_SETTINGS;

describe(CircuitBreaker.name, () => {
  let now: number;
  let changes: BreakerState[];
  let breaker: CircuitBreaker;

  beforeEach(() => {
    now = 1_000_000;
    changes = [];
    breaker = new CircuitBreaker({ now: () => now }, (state) => changes.push(state));
  });

  function call(verdict: CallVerdict, times = 1): void {
    for (let i = 0; i < times; i++) breaker.record(breaker.admit()!, verdict);
  }
  /** Open, and old enough for a call to try. */
  function openAndWait(): void {
    call('failure', 10);
    now += openMs;
  }

  describe('closed', () => {
    it('opens at the tenth call when half of them failed', () => {
      call('success', 5);
      call('failure', 4);
      expect(breaker.state).toBe('closed');
      call('failure');
      expect([breaker.state, changes]).toEqual(['open', ['open']]);
    });

    it('opens also when the tenth call is a good one', () => {
      call('failure', 9);
      expect(breaker.state).toBe('closed');
      call('success');
      expect(breaker.state).toBe('open');
    });

    it('stays closed while less than half of them failed', () => {
      call('success', 6);
      call('failure', 5);
      expect(breaker.state).toBe('closed');
      call('failure');
      expect(breaker.state).toBe('open');
    });

    it('does not count what says nothing about the backend', () => {
      call('neutral', 100);
      call('failure', 9);
      expect(breaker.state).toBe('closed');
      call('failure');
      expect(breaker.state).toBe('open');
    });

    it('looks back over its window, wherever it began', () => {
      call('failure', 5);
      now += windowMs - 1_001;
      call('failure', 4);
      expect(breaker.state).toBe('closed');
      call('failure');
      expect(breaker.state).toBe('open');
    });

    it('forgets what is older than its window', () => {
      call('failure', 9);
      now += windowMs;
      call('failure', 9);
      expect(breaker.state).toBe('closed');
    });
  });

  describe('open', () => {
    it('lets nothing through, and says for how long', () => {
      call('failure', 10);
      expect([breaker.admit(), breaker.retryAfterS]).toEqual([undefined, openMs / 1000]);
      now += openMs - 1;
      expect([breaker.admit(), breaker.retryAfterS]).toEqual([undefined, 1]);
    });

    it('is not moved by calls that were let through before', () => {
      const early = Array.from({ length: 3 }, () => breaker.admit()!);
      call('failure', 10);
      now += openMs - 1;
      breaker.record(early[0]!, 'success');
      breaker.record(early[1]!, 'failure');
      expect(breaker.admit()).toBeUndefined();

      now += 1;
      const probe = breaker.admit()!;
      breaker.record(early[2]!, 'neutral');
      expect(breaker.admit()).toBeUndefined();
      breaker.record(probe, 'success');
      expect(changes).toEqual(['open', 'half-open', 'closed']);
    });
  });

  describe('half-open', () => {
    it('lets one call try, and closes when it succeeds', () => {
      openAndWait();
      const probe = breaker.admit()!;
      expect([breaker.state, breaker.admit(), breaker.retryAfterS]).toEqual(['half-open', undefined, 1]);

      breaker.record(probe, 'success');
      expect([breaker.state, breaker.retryAfterS]).toEqual(['closed', 0]);
      call('failure', 9);
      expect(breaker.state).toBe('closed');
    });

    it('opens for as long again when the call fails', () => {
      openAndWait();
      breaker.record(breaker.admit()!, 'failure');
      now += openMs - 1;
      expect([breaker.state, breaker.admit()]).toEqual(['open', undefined]);
      now += 1;
      expect(breaker.admit()).toBeDefined();
    });

    it('lets the next one try when the call said nothing', () => {
      openAndWait();
      breaker.record(breaker.admit()!, 'neutral');
      expect([breaker.state, breaker.admit() !== undefined, breaker.admit()]).toEqual([
        'half-open',
        true,
        undefined,
      ]);
    });

    it('closes as soon as the call is answered, however long the answer', () => {
      openAndWait();
      const probe = breaker.admit()!;
      breaker.answered(probe);
      expect([breaker.state, breaker.admit() !== undefined]).toEqual(['closed', true]);

      breaker.record(probe, 'failure');
      call('failure', 9);
      expect(breaker.state).toBe('closed');
    });

    it('is not closed by an answer to a call from before', () => {
      const early = breaker.admit()!;
      openAndWait();
      breaker.admit();
      breaker.answered(early);
      expect(breaker.state).toBe('half-open');
    });
  });
});
