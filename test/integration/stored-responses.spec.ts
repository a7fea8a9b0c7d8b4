import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessEnv } from '../../src/config/index.js';
import type { Principal } from '../../src/contracts/principal.js';
import { ArchiveSweep } from '../../src/modules/responses/archive/archive-sweep.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { strikeAfter, thenEndWell } from '../support/fault-scripts.js';
import { post } from '../support/gateway-calls.js';
import { believe, caller, showing } from '../support/named-callers.js';
import { readError } from '../support/openai-schemas-bodies.js';
import { RESPONSE } from '../support/response-schemas.js';
import { faultsOfResponseStream, readResponseStream, type ResponseBody } from '../support/response-stream.js';
import { LASTING_KINDS, type LastingDatabase } from './lasting-database.js';

const ADA = caller('ada', { tenant: 'acme' });
const BOSS = caller('boss', { tenant: 'acme', role: 'admin' });
const HELLO = 'Héllo 👋';
const ANSWER = { pieces: ['one', ' twö', ' 👋'] };

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly facts: Buffer | null;
}

describe.each(LASTING_KINDS)('responses on $kind', ({ open }) => {
  let ollama: FakeOllama;
  let database: LastingDatabase;
  let gateway: TestGateway;

  const start = async (more: ProcessEnv = {}) => {
    const env = { ...database.env, OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', ...more };
    gateway = await createGateway(env, 'database');
    believe(gateway);
  };
  /** As another process finds it, which has nothing in memory. */
  const restart = async (more?: ProcessEnv) => {
    await gateway.close();
    await start(more);
  };
  const url = (path = '') => `${gateway.url}/v1/responses${path}`;
  const create = (body: object = {}, who: Principal = ADA) =>
    post(url(), { model: 'phi3', input: HELLO, ...body }, { headers: showing(who) });
  const make = async (body: object = {}) => (await (await create(body)).json()) as ResponseBody;
  const get = (path: string, who: Principal = ADA) => fetch(url(`/${path}`), { headers: showing(who) });
  const read = async (id: string) => (await (await get(id)).json()) as ResponseBody;
  const remove = (id: string) => fetch(url(`/${id}`), { method: 'DELETE', headers: showing(ADA) });
  const query = <T>(sql: string, values?: unknown[]): Promise<T[]> =>
    gateway.app.get<DataSource>(DataSource).query<T[]>(sql, values);
  const rowOf = async (id: string) =>
    (await query<Row>('SELECT id, user_id, facts FROM stored_responses WHERE id = $1', [id]))[0];
  const lastMessages = () => (ollama.requests.at(-1)?.body as { messages: object[] }).messages;

  beforeAll(async () => {
    ollama = await new FakeOllama({ models: 'any' }).listen();
    ollama.answer(ANSWER);
    database = await open();
    await start();
  });
  afterAll(async () => {
    await gateway.close();
    await ollama.close();
    await database.remove();
  });

  it('are after a restart what they were before', async () => {
    const made = await make({ instructions: 'Be brief.', metadata: { a: 'é' } });
    const stream = await readResponseStream(await get(`${made.id}?stream=true`));
    const items = await (await get(`${made.id}/input_items`)).text();
    await restart();
    const found = await get(made.id);
    expect(found.headers.get('x-generation-id')).toBe(made.id);
    const body = (await found.json()) as ResponseBody;
    expect(RESPONSE(body)).toEqual([]);
    expect(body).toEqual(made);
    const again = await readResponseStream(await get(`${made.id}?stream=true`));
    expect(faultsOfResponseStream(again)).toEqual([]);
    expect(again.raw).toEqual(stream.raw);
    const rest = await readResponseStream(await get(`${made.id}?stream=true&starting_after=4`));
    expect(rest.raw).toEqual(stream.raw.slice(5));
    expect(await (await get(`${made.id}/input_items`)).text()).toBe(items);
  });

  it('are gone on from after a restart, by their id or by that of what they said', async () => {
    const first = await make();
    await restart();
    const second = await make({ input: 'And now?', previous_response_id: first.id });
    await restart();
    await make({ input: 'More!', previous_response_id: second.id });
    const said = [
      { role: 'user', content: HELLO },
      { role: 'assistant', content: 'one twö 👋' },
    ];
    expect(lastMessages()).toEqual([
      ...said,
      { role: 'user', content: 'And now?' },
      said[1],
      { role: 'user', content: 'More!' },
    ]);
    const reference = { type: 'item_reference', id: first.output[0]!.id };
    await make({
      input: [{ role: 'user', content: HELLO }, reference, { role: 'user', content: 'So?' }],
    });
    expect(lastMessages()).toEqual([...said, { role: 'user', content: 'So?' }]);
  });

  it('that failed are kept as such', async () => {
    const complaint = ollama.errorPayload('out of memory');
    strikeAfter(
      ollama,
      thenEndWell(() => complaint),
      { afterPieces: 1 },
    );
    ollama.answer(ANSWER);
    const { id } = await make({ background: true });
    const failed = await eventually(
      () => read(id),
      ({ status }) => status === 'failed',
    );
    await restart();
    expect(await read(id)).toEqual(failed);
  });

  describe('in the background', () => {
    /** One that runs until the gate opens, and its row. */
    async function begin() {
      const gate = ollama.hold(1);
      ollama.answer(ANSWER);
      const { id } = await make({ background: true, instructions: 'Be brief.' });
      await gate.reached;
      return { id, gate };
    }
    const stateOf = async (id: string) =>
      (
        await query<{ begun: boolean; gone: boolean }>(
          'SELECT log IS NULL AS begun, facts IS NULL AS gone FROM stored_responses WHERE id = $1',
          [id],
        )
      )[0];
    const ended = (id: string) =>
      eventually(
        () => stateOf(id),
        (state) => state?.begun === false,
      );

    it('are stored when they begin, and anew when they end', async () => {
      const { id, gate } = await begin();
      expect(await stateOf(id)).toEqual({ begun: true, gone: false });
      expect(await read(id)).toMatchObject({ status: 'in_progress' });
      gate.open();
      await ended(id);
      await restart();
      expect(await read(id)).toMatchObject({ status: 'completed', usage: { output_tokens: 3 } });
    });

    it('are failed after their process was killed', async () => {
      const { id, gate } = await begin();
      const [row] = await query<object>('SELECT facts, items FROM stored_responses WHERE id = $1', [id]);
      gate.open();
      await ended(id);
      await restart();
      // As a process leaves it that has no time to say anything.
      const { facts, items } = row as { facts: Buffer; items: Buffer };
      await query('UPDATE stored_responses SET facts = $2, items = $3, log = NULL WHERE id = $1', [
        ...[id, facts, items],
      ]);
      const found = await read(id);
      expect(RESPONSE(found)).toEqual([]);
      expect(found).toMatchObject({
        ...{ id, status: 'failed', background: true, instructions: 'Be brief.' },
        ...{ output: [], usage: null },
        error: { code: 'server_error', message: expect.stringContaining('is gone') as string },
      });
      const stream = await readResponseStream(await get(`${id}?stream=true`));
      expect(faultsOfResponseStream(stream)).toEqual([]);
      expect(stream.events.at(-1)).toMatchObject({ type: 'response.failed', response: { id } });
      const listed = (await (await get(`${id}/input_items`)).json()) as { data: object[] };
      expect(listed.data).toHaveLength(1);
      expect(await (await post(url(`/${id}/cancel`), {}, { headers: showing(ADA) })).json()).toEqual(found);
      expect((await create({ previous_response_id: id })).status).toBe(400);
      expect((await get(id, caller('bob', { tenant: 'acme' }))).status).toBe(404);
      expect((await remove(id)).status).toBe(200);
      expect((await get(id)).status).toBe(404);
    });

    it('that were deleted while they ran do not come back', async () => {
      const { id, gate } = await begin();
      expect((await remove(id)).status).toBe(200);
      gate.open();
      await restart();
      expect(await rowOf(id)).toEqual({ id, user_id: '', facts: null });
      expect((await get(id)).status).toBe(404);
    });
  });

  it('are for those alone who may see them', async () => {
    const { id } = await make();
    await restart();
    for (const who of [
      caller('bob', { tenant: 'acme' }),
      caller('ada', { tenant: 'other' }),
      caller('boss', { tenant: 'other', role: 'admin' }),
    ]) {
      expect((await get(id, who)).status).toBe(404);
      expect((await readError(await create({ previous_response_id: id }, who))).error).toMatchObject({
        code: 'previous_response_not_found',
      });
    }
    expect((await get(id, BOSS)).status).toBe(200);
    expect((await query<Row>('SELECT * FROM stored_responses WHERE id = $1', [id]))[0]).toMatchObject({
      tenant: 'acme',
      user_id: 'ada',
    });
  });

  it('that were deleted stay so, also when they were not stored yet', async () => {
    const early = await make();
    expect((await remove(early.id)).status).toBe(200);
    await restart();
    const late = await make();
    await restart();
    expect((await remove(late.id)).status).toBe(200);
    for (const { id } of [early, late]) {
      expect((await get(id)).status).toBe(404);
      expect((await remove(id)).status).toBe(404);
      expect(await rowOf(id)).toEqual({ id, user_id: '', facts: null });
    }
  });

  it('go with the conversation that is erased, and with their user', async () => {
    const one = await make();
    const other = await make();
    await restart();
    const [conversation] = await query<{ id: number }>(
      `SELECT conversation_id AS id FROM audit_keys k JOIN audit_entries e ON e.tenant = k.tenant AND e.seq = k.seq
        WHERE subject = $1`,
      [one.id],
    );
    const audit = `${gateway.url}/api/v1/audit`;
    const erased = await fetch(`${audit}/conversations/${conversation!.id}`, {
      method: 'DELETE',
      headers: showing(BOSS),
    });
    expect(erased.status).toBe(204);
    expect(await rowOf(one.id)).toBeUndefined();
    expect((await get(one.id)).status).toBe(404);
    expect(await read(other.id)).toEqual(other);
    const all = await post(`${audit}/erasures`, { user_id: 'ada' }, { headers: showing(BOSS) });
    expect(all.status).toBe(200);
    expect(await query(`SELECT id FROM stored_responses WHERE user_id = 'ada'`)).toEqual([]);
  });

  it('are not there once they have expired, and are swept away', async () => {
    const { id } = await make();
    await restart();
    await query(`UPDATE stored_responses SET expires_at = now() WHERE id = $1`, [id]);
    expect((await get(id)).status).toBe(404);
    await gateway.app.get(ArchiveSweep).run();
    expect(await rowOf(id)).toBeUndefined();
  });

  it.each<[string, ProcessEnv, object]>([
    ['of which the caller wants nothing kept', {}, { store: false }],
    ['where none are kept for days', { RESPONSES_TTL_DAYS: '0' }, {}],
    ['where nothing goes on record', { AUDIT_MODE: 'off' }, {}],
  ])('%s are not stored', async (_why, env, body) => {
    await restart(env);
    const { id } = await make(body);
    await restart();
    expect(await rowOf(id)).toBeUndefined();
    expect((await get(id)).status).toBe(404);
  });
});
