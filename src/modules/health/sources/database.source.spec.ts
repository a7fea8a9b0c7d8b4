import { beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseCheck, DatabaseHealth } from '../../../infrastructure/database/index.js';
import { DatabaseSource } from './database.source.js';

const HEALTHY: DatabaseCheck = {
  status: 'healthy',
  database: { database: 'citadel_gateway', user: 'citadel' },
  connection_pool: { size: 1, max_size: 10 },
};
const AWAY: DatabaseCheck = { status: 'unhealthy', error: 'ECONNREFUSED' };

let check: DatabaseCheck;
let source: DatabaseSource;

const look = async () => {
  await source.refresh();
  return source.parts[0]!;
};

beforeEach(() => {
  check = HEALTHY;
  source = new DatabaseSource({ check: () => Promise.resolve(check) } as unknown as DatabaseHealth);
});

describe(DatabaseSource.name, () => {
  it('is unhealthy until it was looked at', () => {
    expect(source.parts).toMatchObject([{ name: 'sql_database', report: { status: 'unhealthy' } }]);
  });

  it('reports the database, its user and its connections', async () => {
    expect(await look()).toEqual({ name: 'sql_database', report: HEALTHY });
  });

  it('does not block: the journal takes what the database cannot', async () => {
    check = AWAY;
    expect(await look()).toEqual({ name: 'sql_database', report: AWAY });
  });
});
