import { Test } from '@nestjs/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../src/config/index.js';
import { DatabaseModule } from '../../src/infrastructure/database/index.js';
import { EmbeddedMaintenance } from '../../src/infrastructure/database/embedded/embedded-maintenance.js';
import { configOf, createEmbedded, type TestDatabase } from './database-support.js';

describe(EmbeddedMaintenance.name, () => {
  let database: TestDatabase;
  let app: INestApplicationContext;

  beforeAll(async () => {
    database = await createEmbedded();
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(configOf(database)), DatabaseModule],
    }).compile();
    app = await module.init();
  });
  afterAll(async () => {
    await app.close();
    await database.remove();
  });

  const checkpoint = async () => {
    const sql = 'SELECT checkpoint_lsn AS at FROM pg_control_checkpoint()';
    const [row] = await app.get(DataSource).query<{ at: string }[]>(sql);
    return row!.at;
  };
  const write = (bytes: number) =>
    app.get(DataSource).query(
      `INSERT INTO conversations (user_id, model_name, title) SELECT 'ada', 'phi3', $1
                FROM generate_series(1, $2::int)`,
      ['x'.repeat(500), Math.ceil(bytes / 500)],
    );

  it('lets go of the log of what was written', async () => {
    const before = await checkpoint();
    await write(50_000);
    await app.get(EmbeddedMaintenance).run();
    expect(await checkpoint()).not.toBe(before);
  });

  it('waits for its time unless much was written', async () => {
    const before = await checkpoint();
    await write(50_000);
    await app.get(EmbeddedMaintenance).look();
    expect(await checkpoint()).toBe(before);
    await write(70_000_000);
    await app.get(EmbeddedMaintenance).look();
    expect(await checkpoint()).not.toBe(before);
  });
});
