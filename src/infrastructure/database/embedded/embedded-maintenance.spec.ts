import type { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import { EmbeddedMaintenance } from './embedded-maintenance.js';

/** A database that only moves when told so. */
class StillDatabase {
  position = '0/1';
  tables: string[] = [];
  readonly orders: string[] = [];

  createQueryRunner() {
    return { query: (sql: string) => this.query(sql), release: () => Promise.resolve() };
  }

  query(sql: string): Promise<unknown[]> {
    if (sql.includes('pg_current_wal_lsn')) return Promise.resolve([{ at: this.position }]);
    if (sql.includes('pg_stat_user_tables')) return Promise.resolve(this.tables.map((name) => ({ name })));
    if (/^(VACUUM|CHECKPOINT)/.test(sql)) this.orders.push(sql);
    return Promise.resolve([]);
  }
}

const CONFIG = { database: { kind: 'embedded', directory: 'nowhere' } } as AppConfig;

describe(EmbeddedMaintenance.name, () => {
  it('checkpoints and tidies the tables that need it', async () => {
    const database = new StillDatabase();
    database.tables = ['sessions', 'public."order"'];
    await new EmbeddedMaintenance(database as unknown as DataSource, CONFIG).run();
    expect(database.orders).toEqual([
      'VACUUM (ANALYZE) sessions',
      'VACUUM (ANALYZE) public."order"',
      'CHECKPOINT',
    ]);
  });

  it('leaves a database alone that has not changed since', async () => {
    const database = new StillDatabase();
    const maintenance = new EmbeddedMaintenance(database as unknown as DataSource, CONFIG);
    await maintenance.run();
    await maintenance.run();
    expect(database.orders).toHaveLength(1);
    database.position = '0/2';
    await maintenance.run();
    expect(database.orders).toHaveLength(2);
  });
});
