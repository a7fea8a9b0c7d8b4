import type { PoolConfig } from 'pg';
import { describe, expect, it } from 'vitest';
import { toDataSourceOptions } from './to-data-source-options.js';

describe(toDataSourceOptions.name, () => {
  it('waits no longer for a server than a statement may take, and lets it say so itself before', () => {
    const options = toDataSourceOptions({
      kind: 'postgres',
      url: 'postgres://localhost/citadel',
      poolMax: 10,
      poolMin: 5,
      acquireTimeoutMs: 1_000,
      statementTimeoutMs: 2_000,
      recycleMs: 3_600_000,
    });
    expect(options.extra as PoolConfig).toMatchObject({ query_timeout: 2_000, statement_timeout: 1_900 });
  });
});
