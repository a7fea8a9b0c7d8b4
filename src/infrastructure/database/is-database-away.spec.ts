import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { isDatabaseAway } from './is-database-away.js';

const coded = (code: string) => Object.assign(new Error('failed'), { code });
const failed = (code: string) => new QueryFailedError('SELECT 1', [], coded(code));

describe(isDatabaseAway.name, () => {
  it.each(['08006', '40P01', '53300', '55P03', '57014', '57P01', '25006'])(
    'takes SQLSTATE %s for the moment',
    (state) => {
      expect(isDatabaseAway(failed(state))).toBe(true);
    },
  );

  it.each(['22021', '23505', '42P01', '42501', 'XX000'])('takes SQLSTATE %s for a fault', (state) => {
    expect(isDatabaseAway(failed(state))).toBe(false);
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'])('knows %s', (code) => {
    expect(isDatabaseAway(coded(code))).toBe(true);
    expect(isDatabaseAway(new AggregateError([coded(code)]))).toBe(true);
  });

  it('knows what the client says without a code', () => {
    expect(isDatabaseAway(new Error('Query read timeout'))).toBe(true);
    expect(isDatabaseAway(new Error('Connection terminated unexpectedly'))).toBe(true);
  });

  it('leaves faults of ours alone', () => {
    expect(isDatabaseAway(new TypeError('x is not a function'))).toBe(false);
    expect(isDatabaseAway(coded('ERR_INVALID_ARG_TYPE'))).toBe(false);
    expect(isDatabaseAway('away')).toBe(false);
  });
});
