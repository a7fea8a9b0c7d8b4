import { mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedDatabaseConfig } from '../../src/config/index.js';
import { createDataSource, type GatewayDataSource } from '../../src/infrastructure/database/index.js';
import { EmbeddedPostgres } from '../../src/infrastructure/database/embedded/embedded-postgres.js';
import { eventually, withDeadline } from '../support/eventually.js';
import {
  compileSources,
  createEmbedded,
  Program,
  temporaryDirectory,
  type TestDatabase,
} from './database-support.js';

/** Opens the directory, says so or why not, and then does as its second argument says. */
const OPENER = `
  import { Logger } from '@nestjs/common';
  import { createDataSource } from './infrastructure/database/create-data-source.js';
  const [directory, then] = process.argv.slice(2);
  Logger.overrideLogger(false);
  const dataSource = createDataSource({ kind: 'embedded', directory });
  try {
    await dataSource.initialize();
  } catch (error) {
    console.log('refused ' + error.message);
    process.exit(3);
  }
  console.log('open');
  if (then === 'write') {
    await dataSource.query('CREATE TABLE IF NOT EXISTS entries (number integer PRIMARY KEY)');
    for (let number = 1; ; number += 1) {
      await dataSource.query('INSERT INTO entries VALUES ($1)', [number]);
      console.log(String(number));
    }
  }
  if (then === 'close') await dataSource.destroy();
  else setInterval(() => undefined, 1000);
`;

/** Only takes the directory's lock, so that several are at it in the same moment. */
const LOCKER = `
  import { DirectoryLock } from './infrastructure/filesystem/directory-lock.js';
  try {
    await DirectoryLock.acquire(process.argv[2]);
    console.log('mine');
    setInterval(() => undefined, 1000);
  } catch (error) {
    console.log(error.message);
  }
`;

describe('the embedded database', { timeout: 60_000 }, () => {
  let folder: string;
  let database: TestDatabase;
  let directory: string;
  let programs: Program[] = [];

  const open = (then = 'hold') => {
    const program = new Program(folder, OPENER, [directory, then]);
    programs.push(program);
    return program;
  };

  beforeAll(async () => {
    folder = await compileSources();
    database = await createEmbedded();
    ({ directory } = database.config as EmbeddedDatabaseConfig);
  });
  afterAll(async () => {
    await database.remove();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await Promise.all(programs.map((program) => program.kill()));
    programs = [];
  });

  describe('its directory', () => {
    it('belongs to one process: the second is refused and told which has it', async () => {
      const first = open();
      expect(await first.says()).toBe('open');
      const second = open();
      expect(await second.says()).toContain(
        `refused The embedded database in ${directory} is in use by process ${first.pid}.`,
      );
      expect(await second.exited).toBe(3);
      await expect(createDataSource(database.config).initialize()).rejects.toThrow(`process ${first.pid}`);
    });

    it('is free at once after kill -9, and nothing that was acknowledged is gone', async () => {
      const first = open('write');
      await eventually(() => first.lines.length > 60, Boolean, { deadlineMs: 30_000 });
      await first.kill('SIGKILL');
      const acknowledged = Number(first.lines.at(-1));

      const dataSource = createDataSource(database.config);
      await dataSource.initialize();
      const [row] = await dataSource.query<{ last: number }[]>('SELECT max(number) AS last FROM entries');
      await dataSource.destroy();
      expect(acknowledged).toBeGreaterThanOrEqual(59);
      expect(row?.last).toBeGreaterThanOrEqual(acknowledged);
    });

    it('goes to exactly one of several that start when its holder was killed', async () => {
      const lock = () => {
        const program = new Program(folder, LOCKER, [directory]);
        programs.push(program);
        return program;
      };
      const holder = lock();
      expect(await holder.says()).toBe('mine');
      await holder.kill('SIGKILL');
      const said = await Promise.all(Array.from({ length: 6 }, () => lock().says()));
      expect(said.filter((line) => line === 'mine')).toHaveLength(1);
      expect(said.filter((line) => line.includes('in use by process'))).toHaveLength(5);
    });

    it('is let go on closing', async () => {
      expect(await open('close').exited).toBe(0);
      expect((await readdir(directory)).filter((name) => name !== 'pgdata')).toEqual([]);
    });

    it('may hold the remains of a process that was killed while it made the database', async () => {
      const empty = await temporaryDirectory();
      await mkdir(join(empty, 'pgdata.new/base'), { recursive: true });
      await writeFile(join(empty, 'pgdata.new/PG_VERSION'), '18\n');
      const dataSource = createDataSource({ kind: 'embedded', directory: empty });
      await dataSource.initialize();
      expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await dataSource.destroy();
      expect(await readdir(empty)).toEqual(['pgdata']);
      await rm(empty, { recursive: true });
    });
  });

  describe('its session', () => {
    let dataSource: GatewayDataSource;

    beforeAll(async () => {
      dataSource = createDataSource(database.config);
      await dataSource.initialize();
    });
    beforeEach(() => dataSource.query('DROP TABLE IF EXISTS entries'));
    afterAll(() => dataSource.destroy());

    it('does not hold up the event loop', async () => {
      let turns = 0;
      const timer = setInterval(() => (turns += 1), 5);
      await dataSource.query('SELECT count(*) FROM generate_series(1, 3000000)');
      clearInterval(timer);
      expect(turns).toBeGreaterThan(10);
    });

    it('keeps transactions apart', async () => {
      await dataSource.query('CREATE TABLE entries (number integer)');
      await Promise.allSettled(
        Array.from({ length: 20 }, (_, number) =>
          dataSource.transaction(async (manager) => {
            await manager.query('INSERT INTO entries VALUES ($1)', [number]);
            if (number % 2 === 0) throw new Error('roll back');
          }),
        ),
      );
      expect(await dataSource.query('SELECT count(*)::int AS count FROM entries')).toEqual([{ count: 10 }]);
    });

    it('leaves nothing to the next one when its connection breaks', async () => {
      await dataSource.query('CREATE TABLE entries (number integer)');
      const client = await dataSource.pool?.connect();
      await client?.query('BEGIN');
      await client?.query("SET application_name = 'left over'");
      await client?.query({ name: 'left-over', text: 'INSERT INTO entries VALUES (1)' });
      client?.release(new Error('broken'));
      expect(await dataSource.query('SELECT count(*)::int AS count FROM entries')).toEqual([{ count: 0 }]);
      expect(await dataSource.query('SHOW application_name')).not.toEqual([
        { application_name: 'left over' },
      ]);
      expect(await dataSource.query('SELECT * FROM pg_prepared_statements')).toEqual([]);
      expect(await dataSource.query('SHOW timezone')).toEqual([{ TimeZone: 'UTC' }]);
    });

    it('reports errors as PostgreSQL does and goes on', async () => {
      await dataSource.query('CREATE TABLE entries (number integer PRIMARY KEY)');
      const insert = () => dataSource.query('INSERT INTO entries VALUES (1)');
      await insert();
      await expect(insert()).rejects.toMatchObject({ driverError: { code: '23505' } });
      await expect(dataSource.query('SELECT 1 / $1::integer', [0])).rejects.toMatchObject({
        driverError: { code: '22012' },
      });
      expect(await dataSource.query('SELECT 2 AS two')).toEqual([{ two: 2 }]);
    });

    it('carries values of many megabytes', async () => {
      const text = 'ж'.repeat(4_000_000);
      const [row] = await dataSource.query<{ text: string; length: number }[]>(
        'SELECT $1::text AS text, length($1::text) AS length',
        [text],
      );
      expect(row?.length).toBe(4_000_000);
      expect(row?.text === text).toBe(true);
    });

    it('comes back when its thread has died', async () => {
      await dataSource.query('CREATE TABLE entries AS SELECT 7 AS number');
      const query = dataSource.query('SELECT count(*) FROM generate_series(1, 30000000)');
      const failed = expect(query).rejects.toThrow('Connection terminated unexpectedly');
      await killThread(dataSource);
      await withDeadline(failed);
      const rows = await eventually(() => dataSource.query('SELECT number FROM entries'), Boolean, {
        deadlineMs: 10_000,
      });
      expect(rows).toEqual([{ number: 7 }]);
    });
  });

  it('ends a statement that never ends, and goes on', async () => {
    const embedded = new EmbeddedPostgres(directory, { longestS: 1, lookEveryMs: 100 });
    await embedded.open();
    const pool = new pg.Pool({ stream: () => embedded.stream(), user: 'postgres', max: 1 });
    pool.on('error', () => undefined);
    await expect(pool.query('SELECT count(*) FROM generate_series(1, 1e10)')).rejects.toThrow('terminated');
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await embedded.close();
  });

  it('says which database does not open', async () => {
    const broken = await createEmbedded();
    const { directory } = broken.config as EmbeddedDatabaseConfig;
    await truncate(join(directory, 'pgdata/global/pg_control'), 0);
    await expect(createDataSource(broken.config).initialize()).rejects.toThrow(
      `The embedded database in ${directory} does not open`,
    );
    expect(await readdir(directory)).toEqual(['pgdata']);
    await broken.remove();
  });
});

async function killThread({ options }: GatewayDataSource): Promise<void> {
  const { embedded } = options as unknown as {
    embedded: { worker: Promise<{ worker: { terminate(): Promise<number> } }> };
  };
  await (await embedded.worker).worker.terminate();
}
