import { beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../../contracts/principal.js';
import type { BegunResponse } from '../stored-response.js';
import { type ArchivedResponse, fromArchived } from './archived-response.js';
import type { ArchiveRows } from './archive-rows.js';
import { BegunResponses } from './begun-responses.js';

const ID = `resp_${'0'.repeat(32)}`;
const OWNER: Principal = { id: 'ada', tenant: 'acme', role: 'user', scopes: [] };
const BEGUN: BegunResponse = {
  head: { id: ID, created: 1, model: 'phi3', agent: undefined, choices: 1 },
  owner: OWNER,
  profile: 'generic',
  tenant: 'acme',
  user: 'ada',
  echo: { instructions: 'Be brief.' },
  items: [],
  background: true,
};

class Rows {
  readonly begun = new Map<string, Omit<ArchivedResponse, 'log'>>();
  error: Error | undefined;

  async begin(response: Omit<ArchivedResponse, 'log'>): Promise<void> {
    await Promise.resolve();
    if (this.error !== undefined) throw this.error;
    this.begun.set(response.id, response);
  }

  forgetBegun(_tenant: string, id: string): Promise<void> {
    this.begun.delete(id);
    return Promise.resolve();
  }
}

describe(BegunResponses.name, () => {
  let rows: Rows;
  let begun: BegunResponses;
  const add = (response = BEGUN) => begun.add(response, new Date());

  beforeEach(() => {
    rows = new Rows();
    begun = new BegunResponses(rows as unknown as ArchiveRows);
  });

  it('says of what runs that it was interrupted, with all that was asked', async () => {
    await add();
    const found = fromArchived({ ...rows.begun.get(ID)!, log: null });
    expect(found).toMatchObject({ isBegun: true, echo: BEGUN.echo, background: true, owner: { id: 'ada' } });
    expect(found.source.releasedOutcome).toMatchObject({
      status: 'failed',
      failure: { code: 'interrupted' },
    });
  });

  it('forgets what has ended without being stored, also where that comes late to the database', async () => {
    const added = add();
    const forgotten = begun.forget(ID);
    await Promise.all([added, forgotten]);
    expect(rows.begun.size).toBe(0);
  });

  it('leaves alone what was stored', async () => {
    await add();
    begun.replaced(ID);
    await begun.forget(ID);
    expect(rows.begun.size).toBe(1);
  });

  it('holds nobody up while the database is away, or with what is too large for it', async () => {
    rows.error = new Error('connect ECONNREFUSED');
    await add();
    rows.error = undefined;
    await add({ ...BEGUN, echo: { instructions: 'x'.repeat(9_000_000) } });
    expect(rows.begun.size).toBe(0);
  });
});
