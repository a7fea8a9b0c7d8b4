import { type DataSource, QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import type { DatabaseConnection } from './database-connection.js';
import { RequestDatabase } from './request-database.js';

/** A database that fails so. */
const failing = (error: Error, state = 'ready') =>
  new RequestDatabase(
    { query: () => Promise.reject(error), transaction: () => Promise.reject(error) } as unknown as DataSource,
    { state } as DatabaseConnection,
  );
const coded = (code: string) =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error('no'), { code }));

describe(RequestDatabase.name, () => {
  it('says that a database is away, for a query and for a transaction', async () => {
    const database = failing(coded('57P01'));
    const away = {
      code: 'dependency_unavailable',
      message: 'The database does not answer just now.',
      cause: 'no (57P01)',
      retryAfterS: 5,
    };
    await expect(database.query('SELECT 1')).rejects.toMatchObject(away);
    await expect(database.transaction(() => Promise.resolve())).rejects.toMatchObject(away);
  });

  it('says that it takes too long', async () => {
    await expect(failing(coded('57014')).query('SELECT 1')).rejects.toMatchObject({
      code: 'dependency_unavailable',
      message: 'The database takes too long for this just now; narrower conditions help.',
    });
  });

  it('asks nothing of a database that is not there yet', async () => {
    await expect(failing(new Error('asked'), 'connecting').query('SELECT 1')).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });

  it('leaves faults as they are', async () => {
    const fault = coded('42P01');
    await expect(failing(fault).query('SELECT 1')).rejects.toBe(fault);
  });
});
