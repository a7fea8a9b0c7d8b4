import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import type { DatabaseConnection, GatewayDataSource } from '../../../infrastructure/database/index.js';
import type { TenantChains } from '../chain/tenant-chains.js';
import { Spool } from '../spool/spool.js';
import { FakeChains } from '../testing/fake-chains.js';
import { BEGIN, RECORD } from '../testing/recorded-text.js';
import { AuditJournal } from './audit-journal.js';

describe(AuditJournal.name, () => {
  let root: string;
  let chains: FakeChains;
  let journal: AuditJournal;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'citadel-journal-'));
    chains = new FakeChains();
    journal = new AuditJournal('required', {
      spool: await Spool.open(root, 20_000),
      chains: chains as unknown as TenantChains,
      dataSource: { beforeClose: () => undefined } as unknown as GatewayDataSource,
      connection: { onReady: () => undefined } as unknown as DatabaseConnection,
    });
  });
  afterEach(async () => {
    chains.onAppend = () => undefined;
    await journal.onApplicationShutdown();
    rmSync(root, { recursive: true });
  });

  const record = (id: string) => {
    const begin = { ...BEGIN, id };
    return journal.begin(begin).outcome({ ...RECORD, begin });
  };
  const fill = async () => {
    for (let number = 0; ; number++) await record(`gen-${number}`);
  };

  it('has room again as soon as the database has what filled the spool, whether anybody asks or not', async () => {
    chains.onAppend = () => {
      throw new Error('connect ECONNREFUSED');
    };
    await expect(fill()).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(journal.stats().hasRoom).toBe(false);
    chains.onAppend = () => undefined;
    await eventually(
      () => journal.stats(),
      ({ pending, hasRoom }) => pending === 0 && hasRoom,
    );
  });
});
