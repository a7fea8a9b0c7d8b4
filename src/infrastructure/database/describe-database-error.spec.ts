import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { databaseErrorCode, describeDatabaseError } from './describe-database-error.js';

describe(describeDatabaseError.name, () => {
  it('tells message and code, and never a parameter', () => {
    const driverError = Object.assign(new Error('value too long for type character varying(255)'), {
      code: '22001',
      detail: 'Failing row contains (a secret).',
    });
    const error = new QueryFailedError('INSERT …', ['a secret'], driverError);
    expect(describeDatabaseError(error)).toBe('value too long for type character varying(255) (22001)');
    expect(databaseErrorCode(error)).toBe('22001');
  });

  it('names every address that could not be reached', () => {
    const refused = (address: string) =>
      Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED' });
    const error = Object.assign(new AggregateError([refused('::1:5432'), refused('127.0.0.1:5432')]), {
      code: 'ECONNREFUSED',
    });
    expect(describeDatabaseError(error)).toBe(
      'connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432',
    );
  });

  it('takes whatever was thrown', () => {
    expect(describeDatabaseError('nonsense')).toBe('nonsense');
    expect(databaseErrorCode(undefined)).toBeUndefined();
  });
});
