import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asOwner,
  createDataSource,
  runMigrations,
  type GatewayDataSource,
} from '../../src/infrastructure/database/index.js';
import { PlaceUsage1795219200091 } from '../../src/infrastructure/database/migrations/1795219200091-place-usage.js';
import { DATABASE_KINDS, type TestDatabase } from './database-support.js';

describe.each(DATABASE_KINDS)(
  'usage of before devices, agents and endpoints were told, on $kind',
  ({ create }) => {
    const migration = new PlaceUsage1795219200091();
    let database: TestDatabase;
    let dataSource: GatewayDataSource;

    const migrate = (way: 'up' | 'down') =>
      asOwner(dataSource, async (runner) => {
        await runner.startTransaction();
        await migration[way](runner);
        await runner.commitTransaction();
      });
    const rows = () =>
      dataSource.query<object[]>(
        `SELECT tenant, user_id, device_id, agent, endpoint, requests::integer FROM usage_days ORDER BY tenant, device_id`,
      );

    beforeAll(async () => {
      database = await create();
      dataSource = createDataSource(database.config);
      await dataSource.initialize();
      await runMigrations(dataSource);
    });
    afterAll(async () => {
      await dataSource.destroy();
      await database.remove();
    });

    it('is kept, with places that are not known, and is added up where they go again', async () => {
      await migrate('down');
      await dataSource.query(
        `INSERT INTO usage_days (tenant, day, user_id, key_id, model, requests, prompt_tokens, completion_tokens, cost, unpriced)
       VALUES ('acme', '2026-07-01', 'ada', '', 'phi3', 2, 7, 3, 1, 0), ('umbrella', '2026-07-01', 'bob', '', 'phi3', 1, 7, 3, 1, 0)`,
      );
      await migrate('up');
      const place = { device_id: '', agent: '', endpoint: '' };
      const [ada, bob] = [
        { tenant: 'acme', user_id: 'ada', ...place, requests: 2 },
        { tenant: 'umbrella', user_id: 'bob', ...place, requests: 1 },
      ];
      expect(await rows()).toEqual([ada, bob]);
      await dataSource.query(
        `INSERT INTO usage_days VALUES ('acme', '2026-07-01', 'ada', '', 'phi3', 5, 7, 3, 1, 0, 'phone', 'writer', 'GET /ws')`,
      );
      const added = { ...ada, device_id: 'phone', agent: 'writer', endpoint: 'GET /ws', requests: 5 };
      expect(await rows()).toEqual([ada, added, bob]);
      await migrate('down');
      await migrate('up');
      expect(await rows()).toEqual([{ ...ada, requests: 7 }, bob]);
    });

    it('stays behind the wall between tenants', async () => {
      const [table] = await dataSource.query<object[]>(
        `SELECT relrowsecurity AND relforcerowsecurity AS isolated,
              (SELECT count(*)::integer FROM pg_policy WHERE polrelid = c.oid) AS policies
         FROM pg_class c WHERE oid = 'usage_days'::regclass`,
      );
      expect(table).toEqual({ isolated: true, policies: 3 });
    });
  },
);
