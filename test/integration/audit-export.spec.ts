import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { TenantDatabase } from '../../src/infrastructure/database/index.js';
import { eventually, withDeadline } from '../support/eventually.js';
import { turns } from '../support/event-loop.js';
import { type AuditGateway, clear, GATEWAY_KINDS, openGateway, seed } from './audit-support.js';

interface Line {
  readonly id: number;
  readonly messages: readonly { readonly content: string }[];
  readonly error?: { readonly code: string };
}

const PATH = '/api/v1/audit/export';
const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

/** A client that asks, and reads only when it is told to. */
class SleepyClient {
  text = '';
  readonly closed: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.setEncoding('utf8').on('error', () => undefined);
  }

  static async ask(port: number): Promise<SleepyClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    // Without chunks, so that what comes is the text itself.
    socket.write(`GET ${PATH} HTTP/1.0\r\nHost: x\r\n\r\n`);
    return new SleepyClient(socket);
  }

  read(): void {
    this.socket.on('data', (text: string) => (this.text += text));
  }

  get body(): string {
    return this.text.slice(this.text.indexOf('\r\n\r\n') + 4);
  }
}

describe.each(GATEWAY_KINDS)('exporting the audit on $kind', ({ open }) => {
  let gateway: AuditGateway;

  beforeAll(async () => {
    gateway = await open();
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    vi.restoreAllMocks();
    gateway.session.caller = undefined;
    await clear(gateway.dataSource);
  });

  const get = (query = '', init?: RequestInit) => fetch(`${gateway.url}${PATH}${query}`, init);
  const read = async (query = '') => linesOf(await (await get(query)).text());
  /** Counts what the database is asked. */
  const watchQueries = () => vi.spyOn(TenantDatabase.prototype, 'query');
  const seedMany = (count: number, characters: number) =>
    gateway.dataSource.query(
      `WITH made AS (
         INSERT INTO conversations (user_id, model_name, metadata)
         SELECT 'ada', 'phi3', '{}' FROM generate_series(1, ${count}) RETURNING id)
       INSERT INTO messages (conversation_id, role, content)
       SELECT id, role, repeat(role || ' says ' || id || ' ', ${characters / 10})
         FROM made, unnest(ARRAY['user', 'assistant']) WITH ORDINALITY AS roles(role, place) ORDER BY id, place`,
    );

  it('gives a conversation with its messages on each line, the oldest first', async () => {
    const [tea, silent, coffee] = await seed(gateway.dataSource, [
      {
        title: 'Tea',
        messages: ['user: Tea?', 'assistant: Größe\n"L"'],
        metadata: { generation_id: 'gen-1' },
      },
      {},
      { user: 'bob', messages: ['user: Coffee?'] },
    ]);
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="audit-\d{8}T\d{6}Z\.ndjson"$/,
    );
    const lines = linesOf(await response.text());
    expect(lines.map(({ id, messages }) => [id, messages.map(({ content }) => content)])).toEqual([
      [tea, ['Tea?', 'Größe\n"L"']],
      [silent, []],
      [coffee, ['Coffee?']],
    ]);
    const transcript = (await (
      await fetch(`${gateway.url}/api/v1/audit/conversations/${tea}`)
    ).json()) as object;
    expect(transcript).toMatchObject(lines[0]!);
    expect(lines[0]).toMatchObject({ generation_id: 'gen-1', created_at: '2026-07-01T10:00:00.000Z' });
  });

  it('takes the filters of the list and shows no more than it', async () => {
    const [, bobs, acmes] = await seed(gateway.dataSource, [
      { user: 'ada' },
      { user: 'bob', messages: ['user: Coffee?'] },
      { tenant: 'acme', user: 'bob', messages: ['user: Coffee!'] },
    ]);
    const idsOf = async (query: string) => (await read(query)).map(({ id }) => id);
    expect(await idsOf('?user=bob')).toEqual([bobs]);
    expect(await idsOf('?text=coffee&to=2026-07-02')).toEqual([bobs]);
    expect(await idsOf('?status=failed')).toEqual([]);
    gateway.session.caller = { id: 'bob', tenant: 'acme', role: 'user', scopes: [] };
    expect(await idsOf('')).toEqual([acmes]);
    expect((await get('?from=never')).status).toBe(400);
  });

  it('says only its head where only that is asked for', async () => {
    const queries = watchQueries();
    const response = await get('', { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'application/x-ndjson; charset=utf-8',
      '',
    ]);
    expect(queries).not.toHaveBeenCalled();
  });

  it('gives some thousand conversations, each once and whole', async () => {
    await seedMany(3_000, 200);
    const lines = await read();
    expect(lines).toHaveLength(3_000);
    expect(lines.every(({ id }, index) => index === 0 || id > lines[index - 1]!.id)).toBe(true);
    for (const { id, messages } of lines) {
      expect(messages.map(({ content }) => content.slice(0, content.indexOf(String(id))))).toEqual([
        'user says ',
        'assistant says ',
      ]);
    }
  });

  it('ends with what there was when it began', async () => {
    await seedMany(300, 10);
    const query = queryOfTenants();
    const ask = watchQueries().mockImplementation(async function (this: TenantDatabase, sql, values) {
      const rows = await query.call(this, sql, values);
      await seedMany(1, 10);
      return rows;
    });
    expect(await read()).toHaveLength(300);
    expect(ask.mock.calls.length).toBeGreaterThan(3);
  });

  it('gives a conversation of many long messages in parts', async () => {
    const [id] = await seed(gateway.dataSource, [{}, { messages: ['user: after'] }]);
    await gateway.dataSource.query(
      `INSERT INTO messages (conversation_id, role, content)
       SELECT $1, 'user', number || repeat(' and on', 1400) FROM generate_series(1, 1000) AS number`,
      [id],
    );
    const queries = watchQueries();
    const [long, next] = await read();
    expect(long!.messages.map(({ content }) => parseInt(content))).toEqual(
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    );
    expect(next!.messages).toMatchObject([{ content: 'after' }]);
    expect(queries.mock.calls.length).toBeGreaterThanOrEqual(7);
  });

  it('asks the database only as fast as the client reads', async () => {
    const conversations = 3_000;
    await seedMany(conversations, 10_000);
    const queries = watchQueries();
    const client = await SleepyClient.ask(gateway.port);
    // The gateway has come to a stop when it waits for room on the client's connection.
    await eventually(() => [...gateway.responses].some(({ writableNeedDrain }) => writableNeedDrain));
    await turns(100);
    const [response] = [...gateway.responses];
    expect(response!.writableLength).toBeLessThan(2 * 1024 * 1024);
    const asked = queries.mock.calls.length;
    expect(asked).toBeLessThan(conversations / 100);

    client.read();
    await withDeadline(client.closed, { deadlineMs: 15_000 });
    expect(linesOf(client.body)).toHaveLength(conversations);
    expect(queries.mock.calls.length).toBeGreaterThan(conversations / 100);
  });

  it('ends with its client', async () => {
    await seedMany(3_000, 10_000);
    const queries = watchQueries();
    const client = await SleepyClient.ask(gateway.port);
    await eventually(() => [...gateway.responses].some(({ writableNeedDrain }) => writableNeedDrain));
    client.socket.destroy();
    await eventually(() => gateway.responses.size === 0);
    const asked = queries.mock.calls.length;
    expect((await fetch(`${gateway.url}/api/v1/audit/conversations?limit=1`)).status).toBe(200);
    expect(queries.mock.calls.length).toBe(asked + 1);
  });

  it('that cannot begin is refused', async () => {
    watchQueries().mockRejectedValueOnce(new Error('secret'));
    const response = await get();
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: 'internal', message: 'Something went wrong on our side.', status_code: 500 },
    ]);
  });

  it('that breaks off says so on its last line and closes', async () => {
    await seedMany(500, 2_000);
    const query = queryOfTenants();
    let count = 0;
    watchQueries().mockImplementation(function (this: TenantDatabase, sql, values) {
      return ++count === 6 ? Promise.reject(new Error('secret')) : query.call(this, sql, values);
    });
    const socket = connect(gateway.port, '127.0.0.1').setEncoding('utf8');
    let text = '';
    socket.on('data', (more: string) => (text += more));
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n`);
    await withDeadline(new Promise((resolve) => socket.once('close', resolve)));
    expect(text).toMatch(
      /\n\{"error":\{"message":"Something went wrong on our side\.","type":"server_error","param":null,"code":"internal"\}\}\n\r\n0\r\n\r\n$/,
    );
    expect(text).not.toContain('secret');
    expect(text.match(/"messages":\[/g)?.length).toBeGreaterThan(50);
  });
});

/** As it is before anybody watches it. */
const queryOfTenants = () => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object
  const { query } = TenantDatabase.prototype;
  return query;
};

describe('an export during a shutdown', () => {
  let gateway: AuditGateway;

  beforeAll(async () => {
    gateway = await openGateway({});
  });

  it('ends at once and says why', async () => {
    await gateway.dataSource.query(
      `INSERT INTO conversations (user_id, model_name, title)
       SELECT 'ada', 'phi3', repeat('title', 2000) FROM generate_series(1, 2000)`,
    );
    const client = await SleepyClient.ask(gateway.port);
    await eventually(() => [...gateway.responses].some(({ writableNeedDrain }) => writableNeedDrain));
    const closed = gateway.close();
    client.read();
    await withDeadline(client.closed);
    await closed;
    const lines = linesOf(client.body);
    expect(lines.at(-1)).toMatchObject({ error: { code: 'shutdown' } });
    expect(lines.slice(0, -1).every(({ error }) => error === undefined)).toBe(true);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.length).toBeLessThan(2_000);
  });
});
