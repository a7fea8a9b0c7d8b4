import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import type { Principal } from '../../src/contracts/principal.js';
import { usageEntry } from '../../src/modules/limits/usage/testing/usage-entry.js';
import { UsageRows } from '../../src/modules/limits/usage/usage-rows.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { post } from '../support/gateway-calls.js';
import { believe, caller, showing } from '../support/named-callers.js';
import { LASTING_KINDS, type LastingDatabase } from './lasting-database.js';

interface Report {
  readonly data: readonly Record<string, unknown>[];
  readonly total: Record<string, unknown>;
  readonly has_more: boolean;
}

const HELLO = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };
const ADMIN = caller('boss', { role: 'admin', tenant: 'acme' });
const TODAY = () => new Date().toISOString().slice(0, 10);

describe.each(LASTING_KINDS)('limits on $kind', ({ open }) => {
  let ollama: FakeOllama;
  let database: LastingDatabase;
  let gateway: TestGateway;

  const start = async () => {
    gateway = await createGateway(
      {
        ...database.env,
        OLLAMA_URL: ollama.origin,
        MODELS_ADMIT: 'any',
        RATE_LIMIT: 'on',
        // It is asked again and again until something is there.
        RATE_LIMIT_PER_MINUTE: '100000',
      },
      'database',
      {
        yaml: 'limits: { generations_per_user: 50 }',
      },
    );
    believe(gateway);
  };
  const ask = (principal: Principal, body: object = {}) =>
    post(`${gateway.url}/v1/chat/completions`, { ...HELLO, ...body }, { headers: showing(principal) });
  const call = async (principal: Principal, path: string, method = 'GET', body?: object) =>
    fetch(`${gateway.url}/api/v1/${path}`, {
      method,
      headers: { ...showing(principal), ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const usage = async (principal: Principal, query = ''): Promise<Report> =>
    (await (await call(principal, `usage?${query}`)).json()) as Report;
  const untilCounted = (principal: Principal, requests: number) =>
    eventually(async () => (await usage(principal)).total.requests === requests);

  beforeAll(async () => {
    ollama = await new FakeOllama({ models: 'any' }).listen();
    ollama.answer({ pieces: ['a', 'b', 'c'], promptEvalCount: 7, evalCount: 3 });
    database = await open();
    await start();
  });
  afterAll(async () => {
    await gateway.close();
    await ollama.close();
    await database.remove();
  });

  it('count what everybody uses, and tell each their own and administrators all', async () => {
    const ada = caller('ada', { tenant: 'acme' });
    const bob = caller('bob', { tenant: 'acme', credential: { kind: 'token', id: 'jti-1' } });
    await Promise.all([ask(ada), ask(ada), ask(ada, { model: 'mixtral' }), ask(bob)]);
    await untilCounted(ADMIN, 4);
    expect(await usage(ada, 'group_by=model')).toMatchObject({
      object: 'list',
      data: [
        { model: 'phi3:latest', requests: 2, prompt_tokens: 14, completion_tokens: 6, total_tokens: 20 },
        { model: 'mixtral:latest', requests: 1, total_tokens: 10, cost_dollars: 0, unpriced_requests: 0 },
      ],
      total: { requests: 3, total_tokens: 30 },
      has_more: false,
    });
    expect((await usage(ADMIN, 'group_by=day,user,key')).data).toEqual([
      expect.objectContaining({ day: TODAY(), user: 'ada', key: 'key-of-ada', requests: 3 }),
      expect.objectContaining({ day: TODAY(), user: 'bob', key: '', requests: 1 }),
    ]);
    expect((await usage(ADMIN, 'user=bob&group_by=')).total).toMatchObject({ requests: 1 });
    expect((await usage(caller('ada', { tenant: 'other' }))).total).toMatchObject({ requests: 0 });
    expect((await call(ada, 'usage?user=bob')).status).toBe(404);
    expect((await usage(ADMIN, 'from=2020-01-01&to=2020-12-31')).total).toMatchObject({ requests: 0 });
  });

  it.each([
    'from=yesterday',
    'from=2026-02-30',
    'to=2020-01-01&from=2020-01-02',
    'from=2001-01-01',
    'group_by=hour',
    'group_by=day,model,user,key,device,agent,endpoint,day',
  ])('refuse a report with %s', async (query) =>
    expect((await call(ADMIN, `usage?${query}`)).status).toBe(400),
  );

  it('keep budgets that administrators set, and take them away again', async () => {
    const eve = caller('eve', { tenant: 'acme' });
    const set = await call(ADMIN, 'admin/budgets/user/eve', 'PUT', { period: 'day', tokens: 15 });
    expect([set.status, await set.json()]).toEqual([
      200,
      {
        scope: 'user',
        subject: 'eve',
        period: 'day',
        tokens: 15,
        dollars: null,
        used_tokens: 0,
        used_dollars: 0,
      },
    ]);
    expect((await ask(eve, { max_tokens: 5 })).status).toBe(200);
    expect((await ask(eve, { max_tokens: 5 })).status).toBe(429);
    await call(ADMIN, 'admin/budgets/user/eve', 'PUT', { period: 'day', tokens: 1_000 });
    expect((await ask(eve, { max_tokens: 5 })).status).toBe(200);
    const listed = (await (await call(ADMIN, 'admin/budgets')).json()) as Report;
    expect(listed.data).toEqual([
      expect.objectContaining({ subject: 'eve', tokens: 1_000, used_tokens: 20 }),
    ]);
    expect((await call(ADMIN, 'admin/budgets/user/eve?period=day', 'DELETE')).status).toBe(204);
    expect((await call(ADMIN, 'admin/budgets/user/eve?period=day', 'DELETE')).status).toBe(404);
    expect(await (await call(ADMIN, 'admin/budgets')).json()).toMatchObject({ data: [] });
  });

  it('tell use by device, agent and endpoint', async () => {
    const oda = caller('oda', { tenant: 'acme', device: 'phone' });
    await ask(oda);
    await post(`${gateway.url}/api/v1/agent/qa_engineer/chat/completions`, HELLO, { headers: showing(oda) });
    await untilCounted(oda, 2);
    const { data } = await usage(oda, 'group_by=device,agent,endpoint');
    expect(data).toHaveLength(2);
    expect(data).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ device: 'phone', agent: '', endpoint: 'POST /v1/chat/completions' }),
        expect.objectContaining({
          device: 'phone',
          agent: 'qa_engineer',
          endpoint: 'POST /api/v1/agent/:agent_key/chat/completions',
        }),
      ]),
    );
  });

  it.each([
    ['device', 'tablet', '/v1/chat/completions'],
    ['agent', 'business_analyst', '/api/v1/agent/business_analyst/chat/completions'],
    ['endpoint', 'POST /api/v1/chat/completions', '/api/v1/chat/completions'],
  ])('keep a budget of the %s %s over a restart, with what all used of it', async (scope, subject, path) => {
    const [pia, rob] = ['pia', 'rob'].map((id) => caller(id, { tenant: 'shared', device: 'tablet' }));
    const boss = caller('boss', { role: 'admin', tenant: 'shared' });
    const budget = `admin/budgets/${scope}/${encodeURIComponent(subject)}`;
    const use = async (principal: Principal) =>
      (await post(gateway.url + path, { ...HELLO, max_tokens: 5 }, { headers: showing(principal) })).status;
    const listed = async () => ((await (await call(boss, 'admin/budgets')).json()) as Report).data;
    const before = (await usage(boss)).total.requests as number;
    const allow = async (tokens: number) =>
      (await (await call(boss, budget, 'PUT', { period: 'total', tokens })).json()) as {
        used_tokens: number;
      };
    const { used_tokens: used } = await allow(1_000_000);
    expect(await use(pia!)).toBe(200);
    await untilCounted(boss, before + 1);
    await gateway.close();
    await start();
    expect(await listed()).toEqual([expect.objectContaining({ scope, subject, used_tokens: used + 10 })]);
    await allow(used + 10);
    expect(await use(rob!)).toBe(429);
    expect((await call(boss, budget, 'DELETE')).status).toBe(204);
    await eventually(async () => (await use(rob!)) === 200);
    await untilCounted(boss, before + 2);
  });

  it.each([
    ['tenant/other', { tokens: 1 }, 404],
    ['user/eve', {}, 400],
    ['user/eve', { tokens: -1 }, 400],
    ['user/eve', { tokens: 1, period: 'year' }, 400],
    ['king/eve', { tokens: 1 }, 400],
    ['role/king', { tokens: 1 }, 400],
    ['endpoint/chat', { tokens: 1 }, 400],
    ['endpoint/POST%20%2Fv1%2Fnothing', { tokens: 1 }, 400],
    ['endpoint/POST%20%2Fapi%2Fv1%2Fagent%2F%7Bagent_key%7D%2Fchat%2Fcompletions', { tokens: 1 }, 400],
    ['endpoint/POST%20%2Fapi%2Fv1%2Fagent%2F%3Aagent%2Fchat%2Fcompletions', { tokens: 1 }, 400],
  ])('refuse to set %s to %j', async (path, body, status) =>
    expect((await call(ADMIN, `admin/budgets/${path}`, 'PUT', body)).status).toBe(status),
  );

  it.each([
    ['endpoint', 'GET /nowhere'],
    ['agent', 'qa_enginer'],
  ])('say which %s is not there', async (scope, subject) => {
    const path = `admin/budgets/${scope}/${encodeURIComponent(subject)}`;
    const refused = await call(ADMIN, path, 'PUT', { tokens: 1 });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining(`there is no ${scope} '${subject}'`),
    ]);
  });

  it.each([
    '*',
    'POST /api/v1/agent/:agent_key/chat/completions',
    'GET /ws/ai/stream',
    'GET /streaming/websocket',
    'GET /streaming/websocket/chat',
    'GET /socket.io/',
  ])('are set for the endpoint %s', async (endpoint) => {
    const path = `admin/budgets/endpoint/${encodeURIComponent(endpoint)}`;
    expect((await call(ADMIN, path, 'PUT', { tokens: 1_000_000 })).status).toBe(200);
    expect((await call(ADMIN, path, 'DELETE')).status).toBe(204);
  });

  it('remember what was used and what was allowed when the gateway starts again', async () => {
    const kim = caller('kim', { tenant: 'acme' });
    await call(ADMIN, 'admin/budgets/user/kim', 'PUT', { period: 'month', tokens: 25 });
    expect((await ask(kim, { max_tokens: 5 })).status).toBe(200);
    // Nothing is waited for: what was not written yet is written at the end.
    await gateway.close();
    await start();
    expect((await usage(kim)).total).toMatchObject({ requests: 1, total_tokens: 10 });
    await eventually(async () => {
      const { data } = (await (await call(ADMIN, 'admin/budgets')).json()) as Report;
      return data.length === 1;
    });
    expect((await ask(kim, { max_tokens: 5 })).status).toBe(200);
    expect((await ask(kim, { max_tokens: 5 })).status).toBe(429);
  });

  it('lose nothing while the table cannot be written', async () => {
    const dataSource = gateway.app.get(DataSource);
    const lou = caller('lou', { tenant: 'acme' });
    const query = dataSource.query.bind(dataSource);
    let refused = 0;
    dataSource.query = ((...asked: Parameters<typeof query>) => {
      if (!asked[0].includes('INSERT INTO usage_days')) return query(...asked);
      refused++;
      return Promise.reject(new Error('no room'));
    }) as typeof dataSource.query;
    await ask(lou);
    await eventually(() => refused > 1);
    await ask(lou);
    dataSource.query = query;
    await untilCounted(lou, 2);
  });

  it('count what was written once, also when the answer to the writing was lost', async () => {
    const dataSource = gateway.app.get(DataSource);
    const max = caller('max', { tenant: 'acme' });
    const query = dataSource.query.bind(dataSource);
    let lost = 0;
    dataSource.query = (async (...asked: Parameters<typeof query>) => {
      const answer = await query<unknown>(...asked);
      if (!asked[0].includes('INSERT INTO usage_days')) return answer;
      lost++;
      throw new Error('Connection terminated unexpectedly');
    }) as typeof dataSource.query;
    await ask(max);
    await eventually(() => lost > 1);
    await ask(max);
    // What is in the table and in doubt here is in the sum once.
    await call(ADMIN, 'admin/budgets/user/max', 'PUT', { period: 'day', tokens: 1_000 });
    const { data } = (await (await call(ADMIN, 'admin/budgets')).json()) as Report;
    expect(data).toContainEqual(expect.objectContaining({ subject: 'max', used_tokens: 20 }));
    dataSource.query = query;
    await untilCounted(max, 2);
    await gateway.close();
    await start();
    expect((await usage(max)).total).toMatchObject({ requests: 2, total_tokens: 20 });
  });

  it('count a batch once that comes several times at the same time, or after the next', async () => {
    const rows = gateway.app.get(UsageRows);
    const nia = caller('nia', { tenant: 'acme' });
    const entries = [usageEntry({ user: 'nia', day: TODAY() }), usageEntry({ tenant: 'other', user: 'nia' })];
    const batch = (number: number) => ({ writer: randomUUID(), number, entries });
    const first = batch(1);
    await Promise.all([rows.add(first), rows.add(first), rows.add(batch(1))]);
    await rows.add({ ...first, number: 2 });
    await rows.add(first);
    expect((await usage(nia)).total).toMatchObject({ requests: 3, total_tokens: 45 });
  });

  it('forget the writers of whom nothing was heard for a day', async () => {
    const dataSource = gateway.app.get(DataSource);
    await dataSource.query(
      `INSERT INTO usage_writers VALUES ('old', gen_random_uuid(), 1, now() - interval '25 hours'),
                                        ('new', gen_random_uuid(), 1, now() - interval '23 hours')`,
    );
    await gateway.app.get(UsageRows).forgetWriters();
    const left = await dataSource.query<{ tenant: string }[]>(
      "SELECT tenant FROM usage_writers WHERE tenant IN ('old', 'new')",
    );
    expect(left).toEqual([{ tenant: 'new' }]);
  });
});

describe('costs', () => {
  it('are those of the price table, and bound a budget in dollars', async () => {
    const openai = await new FakeOpenAi({ models: 'any' }).listen();
    openai.answer({ pieces: Array.from({ length: 50 }, () => ' w') });
    const gateway = await createGateway(
      { OPENAI_BASE_URL: `${openai.origin}/v1`, OPENAI_API_KEY: 'sk-test', MODELS_ADMIT: 'any' },
      'database',
      {
        yaml: 'limits: { budgets: [{ tenant: paying, period: total, dollars: 0.001 }] }',
        prices: 'prices: [{ model: dear-*, input: 0, output: 100 }]',
      },
    );
    try {
      believe(gateway);
      const paying = caller('ada', { tenant: 'paying' });
      const ask = (model: string) =>
        post(
          `${gateway.url}/v1/chat/completions`,
          { ...HELLO, model, max_tokens: 50 },
          { headers: showing(paying) },
        );
      const answer = (await (await ask('dear-1')).json()) as {
        choices: { finish_reason: string; message: { content: string } }[];
      };
      // A token costs a ten-thousandth of a dollar: there is money for ten.
      expect(answer.choices[0]!.finish_reason).toBe('length');
      expect(answer.choices[0]!.message.content.trim().split(' ')).toHaveLength(10);
      expect((await ask('dear-1')).status).toBe(429);
      expect((await ask('of-unknown-price')).status).toBe(200);
      const report = await eventually(
        async () => {
          const response = await fetch(`${gateway.url}/api/v1/usage?group_by=model`, {
            headers: showing(paying),
          });
          return ((await response.json()) as Report).data;
        },
        (data) => data.length === 2,
      );
      expect(report).toContainEqual(expect.objectContaining({ model: 'dear-1', cost_dollars: 0.001 }));
      expect(report).toContainEqual(
        expect.objectContaining({ model: 'of-unknown-price', cost_dollars: 0, unpriced_requests: 1 }),
      );
      const refused = async (query: string) => {
        const response = await fetch(`${gateway.url}/api/v1/usage?${query}`, { headers: showing(paying) });
        return ((await response.json()) as { message?: string }).message;
      };
      expect(await refused('from=2026-07-02&to=2026-07-01')).toBe('from must not be later than to');
      expect(await refused('user=a%00b')).toBe('user must be a text without U+0000');
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      expect(metrics).toMatch(/llm_cost_dollars_total\{[^}]*\} 0\.001/);
    } finally {
      await gateway.close();
      await openai.close();
    }
  });
});
