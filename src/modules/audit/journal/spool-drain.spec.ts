import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TenantChains } from '../chain/tenant-chains.js';
import { Spool } from '../spool/spool.js';
import { FakeChains } from '../testing/fake-chains.js';
import { RecordAppender } from './record-appender.js';
import { SpoolDrain } from './spool-drain.js';

const NOTHING = Promise.resolve();

let root: string;
let spool: Spool;
let chains: FakeChains;
let drain: SpoolDrain;
let emptied: () => void;

const put = (subject: string, tenant = 't') =>
  spool.append({ kind: 'outcome', tenant, subject, text: `{"of":"${subject}"}` });

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'citadel-drain-'));
  spool = await Spool.open(root, 64 * 1024 * 1024);
  chains = new FakeChains();
  emptied = () => undefined;
  drain = new SpoolDrain(spool, new RecordAppender(chains as unknown as TenantChains), () => emptied());
});
afterEach(() => {
  drain.stop();
  spool.close();
  rmSync(root, { recursive: true });
});

describe(SpoolDrain.name, () => {
  it('brings all that waits into the database, in its order and one tenant at a time', async () => {
    for (const [subject, tenant] of [['a'], ['b'], ['c', 'other'], ['d']] as const) put(subject, tenant);
    drain.begin(NOTHING);
    await drain.ended;
    expect(chains.groups).toEqual([['t a', 't b'], ['other c'], ['t d']]);
    expect(spool.waitingCount).toBe(0);
  });

  it('begins anew for what comes in the very moment in which it ends', async () => {
    put('a');
    let again: Promise<void> | undefined;
    emptied = () => {
      emptied = () => undefined;
      put('b');
      drain.begin(NOTHING);
      again = drain.ended;
    };
    drain.begin(NOTHING);
    await drain.ended;
    await again;
    expect(chains.subjects).toEqual(['t a', 't b']);
    expect(drain.ended).toBeUndefined();
  });

  it('leaves in the spool what it could not bring before it was stopped', async () => {
    chains.onAppend = () => {
      drain.stop();
      throw new Error('connect ECONNREFUSED');
    };
    put('a');
    drain.begin(NOTHING);
    await drain.ended;
    expect([chains.subjects, spool.waitingCount]).toEqual([[], 1]);
  });
});
