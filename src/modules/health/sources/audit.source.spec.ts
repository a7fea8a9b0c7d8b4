import { describe, expect, it } from 'vitest';
import type { JournalStats } from '../../audit/index.js';
import { AuditSource } from './audit.source.js';

const WELL: JournalStats = {
  mode: 'required',
  written: 7,
  lost: 0,
  pending: 2,
  lagMs: 1_500,
  spoolBytes: 512,
  hasRoom: true,
};
const partOf = (stats: Partial<JournalStats>, broken: [string, string][] = []) =>
  new AuditSource(
    { stats: () => ({ ...WELL, ...stats }) },
    { stats: { broken: new Map(broken), written: 1, failure: undefined } },
  ).parts[0];

describe(AuditSource.name, () => {
  it('tells how many records there are, wait and are lost', () => {
    expect(partOf({})).toEqual({
      name: 'audit',
      report: {
        status: 'healthy',
        mode: 'required',
        written: 7,
        pending: 2,
        lag_seconds: 1.5,
        spool_bytes: 512,
        lost: 0,
      },
    });
  });

  it('keeps the gateway from its work when there is no room for what is required', () => {
    expect(partOf({ hasRoom: false })).toMatchObject({
      report: { status: 'unhealthy' },
      blocks: expect.any(String),
    });
    expect(partOf({ hasRoom: false, mode: 'best_effort' })).not.toHaveProperty('blocks');
  });

  it('is unhealthy, and goes on, when a chain was rewritten', () => {
    const part = partOf({}, [['default', 'Entry 3 is another.']]);
    expect(part).toMatchObject({ report: { status: 'unhealthy' } });
    expect(part).not.toHaveProperty('blocks');
  });

  it('is unhealthy, and goes on, when records have waited for long', () => {
    expect(partOf({ lagMs: 10_000 })).toMatchObject({ report: { status: 'healthy' } });
    const part = partOf({ lagMs: 12_345 });
    const error = '2 records wait for the database, the first for 12 s';
    expect(part).toEqual({ name: 'audit', report: { status: 'unhealthy', error } });
  });

  it('is disabled where nothing is kept', () => {
    expect(partOf({ mode: 'off' })).toEqual({ name: 'audit', report: { status: 'disabled' } });
  });
});
