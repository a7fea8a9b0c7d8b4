import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asOwner, RequestDatabase, type Query } from '../../src/infrastructure/database/index.js';
import { MessageRows } from '../../src/modules/audit/reading/message-rows.js';
import { ReadingTurns } from '../../src/modules/audit/reading/reading-turns.js';
import { SqlProjectionSource } from '../../src/modules/audit/verify/projection/sql-projection-source.js';
import { type AuditGateway, GATEWAY_KINDS } from './audit-support.js';

interface Plan {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** Of a tenant that has long been silent, and of one that spoke later. */
const MINE = 1_000;
const OTHERS = 9_000;

const SPEAK = `
WITH said AS (
  INSERT INTO conversations (tenant, user_id, model_name) SELECT $1, 'ada', 'phi3' FROM generate_series(1, $2)
  RETURNING id, tenant
)
INSERT INTO messages (tenant, conversation_id, role, content, created_at)
SELECT tenant, id, 'user', repeat('some words ', 20), now() FROM said`;

/** How many rows of `messages` were looked at. */
function rowsRead(plan: Plan): number {
  const below = (plan.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), 0);
  if (plan['Relation Name'] !== 'messages') return below;
  return below + (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
}

describe.each(GATEWAY_KINDS)('among many messages of other tenants on $kind', ({ open }) => {
  let gateway: AuditGateway;
  const counts: number[] = [];

  beforeAll(async () => {
    gateway = await open();
    await gateway.dataSource.query(SPEAK, ['quiet', MINE]);
    await gateway.dataSource.query(SPEAK, ['busy', OTHERS]);
    await asOwner(gateway.dataSource, (runner) => runner.query('ANALYZE messages, conversations'));
  });
  afterAll(() => gateway.close());

  /** Runs what is asked, and answers that there is nothing. */
  const counting =
    (query: Query): Query =>
    async (sql, values) => {
      const [row] = await query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
        values,
      );
      counts.push(rowsRead(row!['QUERY PLAN'][0].Plan));
      return [];
    };

  it.each([
    ['the newest', {}],
    ['those of a time', { from: new Date('2026-07-01'), to: new Date('2026-07-02') }],
    ['those with a text', { text: 'nowhere' }],
  ])('%s of a tenant are found without reading those', async (_, filter) => {
    const database = gateway.app.get(RequestDatabase);
    const counted = {
      forTenant: (tenant: string) => ({
        query: counting((sql, values) => database.forTenant(tenant).query(sql, values)),
      }),
    } as unknown as RequestDatabase;
    const rows = new MessageRows(counted, gateway.app.get(ReadingTurns));
    await rows.newest({ tenant: 'quiet' }, filter, { limit: 50 });
    expect(Math.max(...counts.splice(0))).toBeLessThanOrEqual(MINE);
  });

  it('what nobody recorded is looked for without reading those', async () => {
    const { dataSource } = gateway;
    const query = counting((sql, values) => dataSource.query(sql, values));
    await new SqlProjectionSource({ query } as unknown as DataSource).findUnrecorded('quiet');
    expect(Math.max(...counts.splice(0))).toBeLessThanOrEqual(MINE);
  });
});
