import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../src/contracts/principal.js';
import { faultsOfRefusal } from '../support/openai-schemas-refusal.js';
import { type AuditGateway, clear, GATEWAY_KINDS, seed } from './audit-support.js';

interface Listed {
  readonly object: string;
  readonly data: readonly ({ readonly id: number } & Record<string, unknown>)[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

const ROOT = '/api/v1/audit';
const principal = (id: string, role: Principal['role'], tenant = 'default'): Principal => ({
  id,
  tenant,
  role,
  scopes: [],
});

describe.each(GATEWAY_KINDS)('reading the audit on $kind', ({ open }) => {
  let gateway: AuditGateway;

  beforeAll(async () => {
    gateway = await open();
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    gateway.session.caller = undefined;
    await clear(gateway.dataSource);
  });

  const get = (path: string) => fetch(`${gateway.url}${ROOT}${path}`);
  const read = async <Body = Listed>(path: string): Promise<Body> => {
    const response = await get(path);
    expect([path, response.status]).toEqual([path, 200]);
    return (await response.json()) as Body;
  };
  const idsOf = ({ data }: Listed) => data.map(({ id }) => id);
  const query = (members: Record<string, string>) => `?${new URLSearchParams(members).toString()}`;

  describe('conversations', () => {
    it('are listed with all that is known of them, the newest first', async () => {
      const metadata = { generation_id: 'chatcmpl-1', kind: 'chat', status: 'failed', error: { code: 'x' } };
      const [older, newer] = await seed(gateway.dataSource, [
        { title: 'On engines', session: 'tea', status: 'failed', metadata },
        { at: '2026-07-02T10:00:00.123Z' },
      ]);
      expect(await read('/conversations')).toEqual({
        object: 'list',
        data: [
          expect.objectContaining({ id: newer, created_at: '2026-07-02T10:00:00.123Z', generation_id: null }),
          {
            id: older,
            generation_id: 'chatcmpl-1',
            user_id: 'ada',
            model_name: 'phi3',
            title: 'On engines',
            session_id: 'tea',
            status: 'failed',
            created_at: '2026-07-01T10:00:00.000Z',
            updated_at: '2026-07-01T10:00:00.000Z',
            metadata,
          },
        ],
        next_cursor: null,
        has_more: false,
      });
    });

    it('come in pages that rows added in between do not move', async () => {
      const ids = await seed(
        gateway.dataSource,
        Array.from({ length: 7 }, () => ({})),
      );
      const seen: number[] = [];
      let page = await read('/conversations?limit=3');
      for (;;) {
        seen.push(...idsOf(page));
        if (!page.has_more) break;
        const added = seed(gateway.dataSource, [{}, {}]);
        page = await read(`/conversations?limit=3&cursor=${page.next_cursor}`);
        await added;
      }
      expect(seen).toEqual(ids.reverse());
      expect(page.next_cursor).toBeNull();
    });

    it('come in pages without gaps while many are added at once', async () => {
      const ids = await seed(
        gateway.dataSource,
        Array.from({ length: 30 }, () => ({})),
      );
      let adding = true;
      const adders = [1, 2, 3].map(async () => {
        while (adding) await seed(gateway.dataSource, [{ messages: ['user: Hello'] }]);
      });
      const seen: number[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Listed = await read(`/conversations?limit=4${cursor && `&cursor=${cursor}`}`);
        seen.push(...idsOf(page));
        cursor = page.next_cursor;
      }
      adding = false;
      await Promise.all(adders);
      expect(seen).toEqual([...seen].sort((a, b) => b - a));
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => ids.includes(id))).toEqual(ids.reverse());
    });

    it('are filtered by each of their marks', async () => {
      const [plain, user, model, status, session, late, title, said] = await seed(gateway.dataSource, [
        {},
        { user: 'bob' },
        { model: 'llama3' },
        { status: 'cancelled' },
        { session: 'tea' },
        { at: '2026-07-03T10:00:00Z' },
        { title: 'A Walk in the PARK' },
        { messages: ['user: Where is', 'assistant: in the park, of course'] },
      ]);
      const found = async (members: Record<string, string>) =>
        idsOf(await read(`/conversations${query(members)}`));
      expect(await found({ user: 'bob' })).toEqual([user]);
      expect(await found({ model: 'llama3' })).toEqual([model]);
      expect(await found({ status: 'cancelled' })).toEqual([status]);
      expect(await found({ session: 'tea' })).toEqual([session]);
      expect(await found({ from: '2026-07-03T10:00:00Z' })).toEqual([late]);
      expect(await found({ from: '2026-07-03T10:00:00.001Z' })).toEqual([]);
      expect(await found({ to: '2026-07-03T10:00:00Z' })).not.toContain(late);
      expect(await found({ to: '2026-07-03T12:00:00.001+02:00' })).toContain(late);
      expect(await found({ from: '2026-07-02', to: '2026-07-04' })).toEqual([late]);
      expect(await found({ text: 'pArK' })).toEqual([said, title]);
      expect(await found({ text: 'nowhere' })).toEqual([]);
      expect(await found({ unknown: 'x', limit: '1', user: 'ada' })).toEqual([said]);
      expect(await found({ status: 'interrupted' })).toEqual([]);
      expect(await found({})).toContain(plain);
    });

    it('are filtered by all that is asked together', async () => {
      const match = {
        user: 'bob',
        model: 'llama3',
        status: 'failed' as const,
        at: '2026-07-03T10:00:00Z',
        messages: ['user: tea, please'],
      };
      const [all] = await seed(gateway.dataSource, [
        { ...match, session: 'one' },
        { ...match, session: 'two' },
        { ...match, user: 'ada', session: 'one' },
        { ...match, model: 'phi3' },
        { ...match, status: 'finished' },
        { ...match, at: '2026-07-01T10:00:00Z' },
        { ...match, messages: ['user: coffee'] },
      ]);
      const members = { user: 'bob', model: 'llama3', status: 'failed', from: '2026-07-02', text: 'TEA' };
      expect(idsOf(await read(`/conversations${query({ ...members, session: 'one' })}`))).toEqual([all]);
      const first = await read(`/conversations${query({ ...members, limit: '1' })}`);
      const rest = await read(
        `/conversations${query({ ...members, limit: '1', cursor: first.next_cursor! })}`,
      );
      expect([idsOf(first), idsOf(rest), rest.has_more]).toEqual([[all! + 1], [all], false]);
    });

    it('are found by text as it stands, whatever it means in a pattern', async () => {
      const texts = [
        '100% sure',
        '1000 sure',
        'a_b',
        'axb',
        'back\\slash',
        'backslash',
        "it's",
        'Größe',
        '日本語',
      ];
      const ids = await seed(
        gateway.dataSource,
        texts.map((text) => ({ messages: [`user: ${text}`] })),
      );
      const asked = [
        ['0%', 0],
        ['a_b', 2],
        ['k\\s', 4],
        ["'s", 6],
        ['GRÖßE', 7],
        ['日本', 8],
      ] as const;
      for (const [text, index] of asked)
        expect([text, idsOf(await read(`/conversations${query({ text })}`))]).toEqual([text, [ids[index]]]);
    });

    it('are given one by one with their messages', async () => {
      const [id] = await seed(gateway.dataSource, [
        { title: 'Tea', messages: ['user: Tea?', 'assistant: Yes: tea'] },
      ]);
      const transcript = await read<Record<string, unknown>>(`/conversations/${id}`);
      expect(transcript).toMatchObject({
        id,
        title: 'Tea',
        user_id: 'ada',
        has_more: false,
        next_cursor: null,
      });
      const messages = [
        ['user', 'Tea?'],
        ['assistant', 'Yes: tea'],
      ].map(([role, content]) => ({
        id: expect.any(Number) as number,
        conversation_id: id,
        role,
        content,
        metadata: {},
        created_at: '2026-07-01T10:00:00.000Z',
      }));
      expect(transcript.messages).toEqual(messages);
      expect((await read(`/conversations/${id}/messages`)).data).toEqual(messages);
    });
  });

  describe('messages', () => {
    const words = (count: number) => Array.from({ length: count }, (_, index) => `user: word ${index}`);

    it('of a conversation come in pages, the oldest first', async () => {
      const [id] = await seed(gateway.dataSource, [{ messages: words(201) }, { messages: words(2) }]);
      const transcript = await read<{ messages: unknown[]; next_cursor: string }>(`/conversations/${id}`);
      expect(transcript).toMatchObject({ has_more: true });
      expect(transcript.messages).toHaveLength(200);
      const rest = await read(`/conversations/${id}/messages?cursor=${transcript.next_cursor}`);
      expect([rest.data.map(({ content }) => content), rest.has_more]).toEqual([['word 200'], false]);
      const first = await read(`/conversations/${id}/messages`);
      expect(first.data.map(({ content }) => content)).toEqual(words(50).map((word) => word.slice(6)));
    });

    it('that are long make short pages', async () => {
      const long = 'x'.repeat(1_500_000);
      const [id] = await seed(gateway.dataSource, [
        {
          messages: [
            'user: 1',
            ...Array.from({ length: 4 }, () => `user: ${long}`),
            `user: ${long.repeat(4)}`,
          ],
        },
      ]);
      const lengths: number[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Listed = await read(`/conversations/${id}/messages${cursor && `?cursor=${cursor}`}`);
        lengths.push(page.data.length);
        expect(page.has_more).toBe(page.next_cursor !== null);
        cursor = page.next_cursor;
      }
      expect(lengths).toEqual([3, 2, 1]);
    });

    it('are searched in all conversations, the newest first, by each of their marks', async () => {
      await seed(gateway.dataSource, [
        { messages: ['system: Be brief', 'user: Tea?'] },
        { user: 'bob', messages: ['user: Coffee 100%'] },
        { model: 'llama3', messages: ['assistant: No tea'] },
        { at: '2026-07-03T10:00:00Z', messages: ['user: Late'] },
      ]);
      const found = async (members: Record<string, string>) =>
        (await read(`/messages${query(members)}`)).data.map(({ content }) => content);
      expect(await found({})).toEqual(['Late', 'No tea', 'Coffee 100%', 'Tea?', 'Be brief']);
      expect(await found({ user: 'bob' })).toEqual(['Coffee 100%']);
      expect(await found({ model: 'llama3' })).toEqual(['No tea']);
      expect(await found({ role: 'system' })).toEqual(['Be brief']);
      expect(await found({ from: '2026-07-03T10:00:00Z' })).toEqual(['Late']);
      expect(await found({ to: '2026-07-03T10:00:00Z', role: 'user' })).toEqual(['Coffee 100%', 'Tea?']);
      expect(await found({ text: 'TEA' })).toEqual(['No tea', 'Tea?']);
      expect(await found({ text: '0%' })).toEqual(['Coffee 100%']);
      expect(await found({ text: 'tea', role: 'assistant', user: 'bob' })).toEqual([]);
      const page = await read('/messages?limit=2&text=e');
      const next = await read(`/messages?limit=2&text=e&cursor=${page.next_cursor}`);
      expect([...page.data, ...next.data].map(({ content }) => content)).toEqual([
        'Late',
        'No tea',
        'Coffee 100%',
        'Tea?',
      ]);
      expect([page.has_more, next.has_more]).toEqual([true, true]);
    });
  });

  describe('who may see what', () => {
    let own: number, others: number, foreign: number;

    beforeEach(async () => {
      [own, others, foreign] = (await seed(gateway.dataSource, [
        { user: 'ada', messages: ['user: own'] },
        { user: 'bob', messages: ['user: others'] },
        { user: 'ada', tenant: 'acme', messages: ['user: foreign'] },
      ])) as [number, number, number];
    });

    const seen = async () => ({
      conversations: idsOf(await read('/conversations')),
      messages: (await read('/messages')).data.map(({ content }) => content),
      statuses: await Promise.all(
        [own, others, foreign].flatMap((id) => [
          get(`/conversations/${id}`).then(({ status }) => status),
          get(`/conversations/${id}/messages`).then(({ status }) => status),
        ]),
      ),
    });

    it('is all of the default tenant for callers without a name', async () => {
      expect(await seen()).toEqual({
        conversations: [others, own],
        messages: ['others', 'own'],
        statuses: [200, 200, 200, 200, 404, 404],
      });
    });

    it('is all of their tenant for administrators', async () => {
      gateway.session.caller = principal('root', 'admin', 'acme');
      expect(await seen()).toEqual({
        conversations: [foreign],
        messages: ['foreign'],
        statuses: [404, 404, 404, 404, 200, 200],
      });
    });

    it('is what they asked for everybody else', async () => {
      gateway.session.caller = principal('ada', 'premium');
      expect(await seen()).toEqual({
        conversations: [own],
        messages: ['own'],
        statuses: [200, 200, 404, 404, 404, 404],
      });
      expect(idsOf(await read('/conversations?user=bob'))).toEqual([]);
    });
  });

  describe('what is asked wrongly', () => {
    const refused = async (path: string): Promise<Record<string, unknown>> => {
      const response = await get(path);
      const body = await response.text();
      expect(faultsOfRefusal(`${ROOT}${path}`, body)).toEqual([]);
      return { status: response.status, ...(JSON.parse(body) as object) };
    };

    it.each([
      ['limit', ['0', '201', '-1', '1.5', 'ten', '', '1e2', '%2050']],
      ['cursor', ['', '7', '%00', 'bWVzc2FnZTox', 'Y29udmVyc2F0aW9uOjA', 'Y29udmVyc2F0aW9uOjk5OTk5OTk5OTk']],
      ['from', ['', 'yesterday', '2026-02-30', '2026-07-01T10:00:00+02:00']],
      ['to', ['1751364000', '2026-7-1', '99999-01-01']],
      ['status', ['', 'done', 'Finished']],
      ['text', ['', 'a%00b', 'x'.repeat(1_001)]],
      ['user', ['', 'x'.repeat(256), '%00']],
      ['model', ['', '%00']],
      ['session', ['', '%00']],
    ])('%s is named', async (name, values) => {
      for (const value of values)
        expect([value, await refused(`/conversations?${name}=${value}`)]).toEqual([
          value,
          {
            status: 400,
            error: 'invalid_value',
            message: expect.stringMatching(`^${name} must be `) as string,
            status_code: 400,
          },
        ]);
      const twice = await refused(`/conversations?${name}=50&${name}=50`);
      expect(twice).toMatchObject({ status: 400, error: 'invalid_value' });
    });

    it('is refused of messages too', async () => {
      const [id] = await seed(gateway.dataSource, [{}]);
      for (const path of [`/conversations/${id}/messages`, '/messages']) {
        expect(await refused(`${path}?limit=201`)).toMatchObject({ status: 400 });
        expect(await refused(`${path}?cursor=Y29udmVyc2F0aW9uOjE`)).toMatchObject({ status: 400 });
      }
      expect(await refused('/messages?role=%00')).toMatchObject({ status: 400 });
    });

    it('is not found when no conversation can have the id', async () => {
      for (const id of [
        '0',
        '-1',
        '1.0',
        'x',
        '2147483648',
        '99999999999999999999',
        '%00',
        '1%20',
        '12345678',
      ])
        for (const path of [`/conversations/${id}`, `/conversations/${id}/messages`])
          expect([path, await refused(path)]).toEqual([
            path,
            expect.objectContaining({ status: 404, error: 'not_found' }),
          ]);
    });
  });
});
