import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EntityManager } from 'typeorm';
import type { Principal } from '../../src/contracts/principal.js';
import { TenantDatabase } from '../../src/infrastructure/database/index.js';
import { ChainAppender } from '../../src/modules/audit/chain/chain-appender.js';
import { post } from '../support/gateway-calls.js';
import { faultsOfRefusal } from '../support/openai-schemas-refusal.js';
import { type AuditGateway, clear, GATEWAY_KINDS, seed } from './audit-support.js';

interface Erased {
  readonly conversation_id: number;
  readonly seqs: readonly number[];
  readonly at: string;
  readonly by: string;
}

const ROOT = '/api/v1/audit';

describe.each(GATEWAY_KINDS)('erasing from the audit on $kind', ({ open }) => {
  let gateway: AuditGateway;
  let chain: ChainAppender;
  let seenBefore: string[];

  beforeAll(async () => {
    gateway = await open();
    chain = gateway.app.get<ChainAppender>(ChainAppender);
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    await clear(gateway.dataSource);
    seenBefore = (await entries()).map(({ subject }) => subject);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    gateway.session.caller = undefined;
  });

  const erase = (id: number | string) =>
    fetch(`${gateway.url}${ROOT}/conversations/${id}`, { method: 'DELETE' });
  const eraseUser = (user: unknown) => post(`${gateway.url}${ROOT}/erasures`, { user_id: user });
  const statusOf = async (id: number) => (await fetch(`${gateway.url}${ROOT}/conversations/${id}`)).status;
  const entries = () =>
    gateway.dataSource.query<{ tenant: string; subject: string; body: Buffer }[]>(
      `SELECT tenant, subject, body FROM audit_entries WHERE kind = 'erasure' ORDER BY tenant, seq`,
    );
  /** What the chain was told in this test. */
  const told = async () =>
    (await entries())
      .filter(({ subject }) => !seenBefore.includes(subject))
      .map(({ tenant, subject, body }) => {
        expect(subject).toMatch(/^erasure-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
        const { at, ...erased } = JSON.parse(body.toString()) as Erased;
        expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
        return { tenant, ...erased };
      });
  /** How many rows are left of them. */
  const left = async (ids: readonly number[]) => {
    const [row] = await gateway.dataSource.query<Record<string, number>[]>(
      `SELECT (SELECT count(*)::int FROM conversations WHERE id = ANY($1)) AS conversations,
              (SELECT count(*)::int FROM messages WHERE conversation_id = ANY($1)) AS messages,
              (SELECT count(*)::int FROM audit_keys WHERE conversation_id = ANY($1)) AS keys`,
      [ids],
    );
    return Object.values(row!);
  };
  const signIn = (id: string, role: Principal['role'], tenant = 'default') =>
    (gateway.session.caller = { id, role, tenant, scopes: [] });

  it('takes a conversation, its messages and its keys, and tells the chain', async () => {
    const [gone, kept] = await seed(gateway.dataSource, [
      { messages: ['user: Tea?', 'assistant: Tea.'], seqs: [1_000_002, 1_000_001] },
      { messages: ['user: Coffee?'], seqs: [1_000_003] },
    ]);
    const response = await erase(gone!);
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(await left([gone!])).toEqual([0, 0, 0]);
    expect(await left([kept!])).toEqual([1, 1, 1]);
    expect(await told()).toEqual([
      { tenant: 'default', conversation_id: gone, seqs: [1_000_001, 1_000_002], by: 'tester' },
    ]);
    expect([await statusOf(gone!), (await erase(gone!)).status]).toEqual([404, 404]);
    expect(await told()).toHaveLength(1);
  });

  it('finds nothing where nobody may look, and tells the chain nothing', async () => {
    const [others, foreign] = await seed(gateway.dataSource, [{ user: 'bob' }, { tenant: 'acme' }]);
    const refused = async (id: number | string) => {
      const response = await erase(id);
      expect(faultsOfRefusal(`${ROOT}/conversations/${id}`, await response.text())).toEqual([]);
      return response.status;
    };
    for (const id of [foreign!, 0, 'x', '2147483648', 123_456_789])
      expect([id, await refused(id)]).toEqual([id, 404]);
    signIn('ada', 'user');
    expect(await refused(others!)).toBe(404);
    expect(await left([others!, foreign!])).toEqual([2, 0, 0]);
    expect(await told()).toEqual([]);
    signIn('root', 'admin', 'acme');
    expect((await erase(foreign!)).status).toBe(204);
    expect(await told()).toEqual([{ tenant: 'acme', conversation_id: foreign, seqs: [], by: 'root' }]);
  });

  it('deletes nothing that the chain was not told of', async () => {
    const [id] = await seed(gateway.dataSource, [{ messages: ['user: Tea?'], seqs: [1_000_001] }]);
    vi.spyOn(chain, 'append').mockRejectedValueOnce(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
    const response = await erase(id!);
    expect([response.status, response.headers.get('retry-after'), await response.json()]).toEqual([
      503,
      '5',
      {
        error: 'dependency_unavailable',
        message: 'The database does not answer just now.',
        status_code: 503,
      },
    ]);
    expect(await left([id!])).toEqual([1, 1, 1]);
    expect((await erase(id!)).status).toBe(204);
    expect(await left([id!])).toEqual([0, 0, 0]);
  });

  it('is completed by a repetition when it came no further than the chain', async () => {
    const [id] = await seed(gateway.dataSource, [{ messages: ['user: Tea?'], seqs: [1_000_001] }]);
    vi.spyOn(TenantDatabase.prototype, 'transaction').mockRejectedValueOnce(new Error('killed'));
    expect((await erase(id!)).status).toBe(500);
    expect(await left([id!])).toEqual([1, 1, 1]);
    expect((await erase(id!)).status).toBe(204);
    expect(await left([id!])).toEqual([0, 0, 0]);
    const entry = { tenant: 'default', conversation_id: id, seqs: [1_000_001], by: 'tester' };
    expect(await told()).toEqual([entry, entry]);
  });

  it('leaves all as it was when the deletion breaks off in the middle', async () => {
    const [id] = await seed(gateway.dataSource, [{ messages: ['user: Tea?'], seqs: [1_000_001] }]);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
    const ask = EntityManager.prototype.query;
    const query = vi.spyOn(EntityManager.prototype, 'query');
    query.mockImplementation(function (this: EntityManager, sql: string, values?: object) {
      if (sql.includes('DELETE FROM conversations')) throw new Error('killed');
      return ask.call(this, sql, values);
    });
    expect((await erase(id!)).status).toBe(500);
    const deletions = query.mock.calls.flatMap(([sql]) => /DELETE FROM (\w+)/.exec(sql)?.[1] ?? []);
    expect([...new Set(deletions)]).toEqual(['stored_responses', 'audit_keys', 'messages', 'conversations']);
    vi.restoreAllMocks();
    expect(await left([id!])).toEqual([1, 1, 1]);
    expect((await erase(id!)).status).toBe(204);
  });

  it('tells the chain also of what was added while it was told', async () => {
    const [id] = await seed(gateway.dataSource, [{ session: 'tea', seqs: [1_000_001] }]);
    const append = chain.append.bind(chain);
    vi.spyOn(chain, 'append').mockImplementationOnce(async (tenant, entry) => {
      const seq = await append(tenant, entry);
      await gateway.dataSource.query(
        `INSERT INTO audit_keys (tenant, seq, conversation_id, key) VALUES ('default', 1000009, $1, '\\x00')`,
        [id],
      );
      return seq;
    });
    expect((await erase(id!)).status).toBe(204);
    expect(await left([id!])).toEqual([0, 0, 0]);
    expect((await told()).map(({ seqs }) => seqs)).toEqual([[1_000_001], [1_000_001, 1_000_009]]);
  });

  it('gives up on a conversation that never stops growing', async () => {
    const [id] = await seed(gateway.dataSource, [{ session: 'tea', messages: ['user: Tea?'] }]);
    let seq = 1_000_001;
    vi.spyOn(chain, 'append').mockImplementation(async () => {
      await gateway.dataSource.query(
        `INSERT INTO audit_keys (tenant, seq, conversation_id, key) VALUES ('default', $2, $1, '\\x00')`,
        [id, seq],
      );
      return seq++;
    });
    const response = await erase(id!);
    expect([response.status, response.headers.get('retry-after'), await response.json()]).toMatchObject([
      503,
      '1',
      { error: 'server_busy' },
    ]);
    expect((await left([id!])).slice(0, 2)).toEqual([1, 1]);
  });

  it('is done once when it is asked for twice at a time', async () => {
    const ids = await seed(
      gateway.dataSource,
      Array.from({ length: 8 }, () => ({ user: 'bob', messages: ['user: Tea?'] })),
    );
    const answers = await Promise.all([eraseUser('bob'), eraseUser('bob'), erase(ids[3]!)]);
    const counts = (await Promise.all(answers.slice(0, 2).map((answer) => answer.json()))) as {
      erased: number;
    }[];
    expect([204, 404]).toContain(answers[2].status);
    const erased = counts.reduce((sum, count) => sum + count.erased, 0);
    expect([8, 7]).toContain(erased);
    expect(await left(ids)).toEqual([0, 0, 0]);
  });

  describe('a user', () => {
    it('takes all their conversations, in batches', async () => {
      const ids = await seed(
        gateway.dataSource,
        Array.from({ length: 120 }, (_, index) => ({
          user: 'bob',
          messages: ['user: Tea?'],
          seqs: [2_000_000 + index],
        })),
      );
      const [kept, foreign] = await seed(gateway.dataSource, [
        { user: 'ada' },
        { user: 'bob', tenant: 'acme' },
      ]);
      const transactions = vi.spyOn(TenantDatabase.prototype, 'transaction');
      const response = await eraseUser('bob');
      expect([response.status, await response.json()]).toEqual([200, { user_id: 'bob', erased: 120 }]);
      expect(transactions).toHaveBeenCalledTimes(3);
      expect(await left(ids)).toEqual([0, 0, 0]);
      expect(await left([kept!, foreign!])).toEqual([2, 0, 0]);
      expect((await told()).map(({ conversation_id, seqs }) => [conversation_id, seqs])).toEqual(
        ids.map((id, index) => [id, [2_000_000 + index]]),
      );
      expect(await (await eraseUser('bob')).json()).toEqual({ user_id: 'bob', erased: 0 });
    });

    it('goes on where an erasure broke off', async () => {
      const ids = await seed(
        gateway.dataSource,
        Array.from({ length: 60 }, () => ({ user: 'bob' })),
      );
      const append = chain.append.bind(chain);
      let count = 0;
      vi.spyOn(chain, 'append').mockImplementation((tenant, entry) =>
        ++count > 55 ? Promise.reject(new Error('full')) : append(tenant, entry),
      );
      expect((await eraseUser('bob')).status).toBe(500);
      expect(await left(ids)).toEqual([10, 0, 0]);
      vi.restoreAllMocks();
      expect(await (await eraseUser('bob')).json()).toEqual({ user_id: 'bob', erased: 10 });
    });

    it('is what the caller may see of them', async () => {
      const [own] = await seed(gateway.dataSource, [{ user: 'bob' }]);
      signIn('ada', 'user');
      expect(await (await eraseUser('bob')).json()).toEqual({ user_id: 'bob', erased: 0 });
      signIn('bob', 'user');
      expect(await (await eraseUser('bob')).json()).toEqual({ user_id: 'bob', erased: 1 });
      expect(await left([own!])).toEqual([0, 0, 0]);
    });

    it.each([[undefined], [''], [7], ['x'.repeat(256)], ['a\u0000']])(
      'has a name that can be one (%#)',
      async (user) => {
        const response = await eraseUser(user);
        const body = await response.text();
        expect(response.status).toBe(400);
        expect(faultsOfRefusal(`${ROOT}/erasures`, body)).toEqual([]);
      },
    );
  });
});
