import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../contracts/generation-outcome.js';
import { fromFields, toFields } from './mirrored-log.js';

const readAgain = (outcome: Outcome) => {
  const fields = toFields({ kind: 'end', end: { outcome, usage: {}, durationMs: 1 } });
  return fromFields(fields.map((field) => Buffer.from(field)));
};

describe('the end of a mirrored log', () => {
  it('is read as it was written', () => {
    const outcome: Outcome = { status: 'finished', finishReasons: ['stop'] };
    expect(readAgain(outcome)).toEqual({ kind: 'end', end: { outcome, usage: {}, durationMs: 1 } });
  });

  it('does not tell what a failure keeps for the log', () => {
    const failure = { code: 'upstream_auth', message: 'Refused.' } as const;
    const detail = 'Incorrect API key provided: sk-1.';
    expect(readAgain({ status: 'failed', failure: { ...failure, detail } })).toEqual({
      kind: 'end',
      end: { outcome: { status: 'failed', failure }, usage: {}, durationMs: 1 },
    });
  });
});
