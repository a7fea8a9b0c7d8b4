import { beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseCheck, DatabaseHealth } from '../../../infrastructure/database/index.js';
import type { DatabaseJournal } from '../../audit/index.js';
import { DatabaseSource } from './database.source.js';

const HEALTHY: DatabaseCheck = {
  status: 'healthy',
  database: { database: 'citadel_gateway', user: 'citadel' },
  connection_pool: { size: 1, max_size: 10 },
};
const AWAY: DatabaseCheck = { status: 'unhealthy', error: 'ECONNREFUSED' };

let check: DatabaseCheck;
let dropped: number;
let source: DatabaseSource;

const look = async () => {
  await source.refresh();
  return source.parts[0]!;
};

beforeEach(() => {
  check = HEALTHY;
  dropped = 0;
  source = new DatabaseSource(
    { check: () => Promise.resolve(check) } as unknown as DatabaseHealth,
    { stats: () => ({ written: 0, dropped, pending: 0 }) } as unknown as DatabaseJournal,
  );
});

describe(DatabaseSource.name, () => {
  it('is unhealthy until it was looked at', () => {
    expect(source.parts).toMatchObject([{ name: 'sql_database', report: { status: 'unhealthy' } }]);
  });

  it('reports the database, its user and its connections', async () => {
    expect(await look()).toEqual({ name: 'sql_database', report: HEALTHY });
  });

  it('does not block while the journal takes what the database cannot', async () => {
    check = AWAY;
    expect(await look()).toEqual({ name: 'sql_database', report: AWAY });
  });

  it('blocks from the first record that is lost, until the database is back', async () => {
    check = AWAY;
    await look();
    dropped = 1;
    expect(await look()).toHaveProperty('blocks');
    expect(await look()).toHaveProperty('blocks');
    check = HEALTHY;
    expect(await look()).not.toHaveProperty('blocks');
  });

  it('does not block for a record that a healthy database refused', async () => {
    dropped = 1;
    expect(await look()).not.toHaveProperty('blocks');
    check = AWAY;
    expect(await look()).not.toHaveProperty('blocks');
  });
});
