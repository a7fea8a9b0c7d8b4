import { beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { AppConfig, BudgetSettings, LimitsConfig } from '../../../config/index.js';
import type { Allowance, Wanted } from '../../../contracts/allowance.js';
import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';
import type { RedisConnection } from '../../../infrastructure/redis/index.js';
import type { BackendDirectory } from '../../models/index.js';
import { BudgetBook } from '../budgets/budget-book.js';
import { Ledger } from '../ledger/ledger.service.js';
import { PriceList } from '../prices/price-list.js';
import { RequestRates } from '../rate/request-rates.js';
import { UsageBook } from '../usage/usage-book.js';
import { UsageHistory } from '../usage/usage-history.js';
import type { UsageOf } from '../usage/used-before.js';
import { MeteredAllowances } from './metered-allowances.js';

const ADA: Principal = {
  id: 'ada',
  tenant: 'acme',
  role: 'user',
  scopes: [],
  credential: { kind: 'api_key', id: 'key-1' },
};
const TARGET = { backend: 'far', model: 'dear' };
const FREE: LimitsConfig['generations'] = {
  perUser: undefined,
  perTenant: undefined,
  perDevice: undefined,
  endpoints: new Map(),
  agents: new Map(),
};
const NO_REDIS = { configured: false, ready: false } as RedisConnection;

const budget = (more: Partial<BudgetSettings>): BudgetSettings => ({
  scope: 'user',
  subject: 'ada',
  tenant: undefined,
  period: 'day',
  tokens: undefined,
  dollars: undefined,
  ...more,
});
const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  owner: ADA,
  endpoint: 'POST /v1/chat/completions',
  targets: [TARGET],
  promptTokens: () => 10,
  completionTokens: 90,
  ...more,
});

describe(MeteredAllowances.name, () => {
  let usage: UsageBook;
  let history: UsageHistory;

  beforeEach(() => {
    usage = new UsageBook();
    usage.open();
    history = new UsageHistory();
  });

  function create(limits: Partial<LimitsConfig> = {}): MeteredAllowances {
    const config = {
      limits: {
        rate: {
          enabled: true,
          perMinute: { anonymous: 1, user: 1, premium: 1, admin: 1 },
          devicePerMinute: undefined,
          endpoints: new Map(),
          agents: new Map([['sparse', 1]]),
        },
        generations: FREE,
        budgets: [],
        leaseMs: 1_000,
        replicas: 1,
        ...limits,
      },
      prices: [{ model: 'dear', backend: undefined, input: 1, output: 10 }],
    } as unknown as AppConfig;
    const prices = new PriceList(config, { find: () => undefined } as unknown as BackendDirectory);
    const rates = new RequestRates(config, NO_REDIS);
    const budgets = new BudgetBook(config, prices, history);
    return new MeteredAllowances(config, rates, budgets, new Ledger(config, NO_REDIS), prices, usage);
  }
  const spent = (promptTokens: number, completionTokens: number) => ({
    ...TARGET,
    promptTokens,
    completionTokens,
  });
  const refusal = async (allowances: MeteredAllowances, asked = wanted()): Promise<GatewayError> => {
    try {
      await allowances.reserve(asked);
    } catch (error) {
      if (error instanceof GatewayError) return error;
    }
    throw new Error('not refused');
  };

  it('bounds nothing where nothing is configured, at once and without a look at the prompt', () => {
    const promptTokens = vi.fn(() => 0);
    const allowance = create().reserve(wanted({ promptTokens })) as Allowance;
    expect([allowance.completionTokens, allowance.headers]).toEqual([undefined, {}]);
    expect(promptTokens).not.toHaveBeenCalled();
  });

  it('settles once, however often it is told to', async () => {
    const allowances = create({ budgets: [budget({ tokens: 200 })] });
    const allowance = await allowances.reserve(wanted());
    allowance.settle(spent(10, 20));
    allowance.settle(spent(10, 90));
    allowance.settle(undefined);
    expect(allowances.headersFor(wanted())).toMatchObject({ 'x-ratelimit-remaining-tokens': '170' });
    expect(usage.take(10)).toEqual([
      expect.objectContaining({
        user: 'ada',
        key: 'key-1',
        requests: 1,
        promptTokens: 10,
        completionTokens: 20,
      }),
    ]);
  });

  it('gives nothing away while nobody can tell what was used before', async () => {
    const allowances = create({ budgets: [budget({ tokens: 200 })] });
    history.use(() => Promise.reject(new Error('away')));
    expect((await refusal(allowances)).code).toBe('dependency_unavailable');
    history.use(() => Promise.resolve({ tokens: 150, cost: 0 }));
    expect((await allowances.reserve(wanted())).completionTokens).toBe(40);
  });

  it('answers at once when it knows how a budget stands', async () => {
    const allowances = create({ budgets: [budget({ tokens: 1_000 })] });
    expect(allowances.reserve(wanted())).toBeInstanceOf(Promise);
    await allowances.reserve(wanted());
    expect(allowances.reserve(wanted())).not.toBeInstanceOf(Promise);
  });

  it('tells of the budget of the endpoint that is asked, and not of another', () => {
    const endpoint = 'POST /v1/chat/completions';
    const allowances = create({ budgets: [budget({ scope: 'endpoint', subject: endpoint, tokens: 50 })] });
    expect(allowances.headersFor({ owner: ADA, endpoint })).toMatchObject({
      'x-ratelimit-limit-tokens': '50',
    });
    expect(allowances.headersFor({ owner: ADA, endpoint: 'POST /v1/completions' })).toBeUndefined();
  });

  it('gives everything back of what no model has worked for', async () => {
    const allowances = create({ budgets: [budget({ tokens: 100 })] });
    (await allowances.reserve(wanted())).settle(undefined);
    expect((await allowances.reserve(wanted())).completionTokens).toBe(90);
    expect(usage.take(10)).toEqual([]);
  });

  it('goes on from what was used before', async () => {
    history.use(() => Promise.resolve({ tokens: 60, cost: 0 }));
    const allowances = create({ budgets: [budget({ tokens: 100 })] });
    expect((await allowances.reserve(wanted())).completionTokens).toBe(30);
  });

  it('tells those who come too late whether something may come back, or when the budget begins anew', async () => {
    const allowances = create({ budgets: [budget({ tokens: 100 })] });
    const first = await allowances.reserve(wanted());
    const waiting = await refusal(allowances);
    expect([waiting.code, waiting.retryAfterS]).toEqual(['insufficient_quota', 1]);
    expect(waiting.headers).toMatchObject({
      'retry-after-ms': '1000',
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': '0',
    });
    first.settle(spent(10, 90));
    const midnight = new Date().setUTCHours(24, 0, 0, 0);
    const { retryAfterS } = await refusal(allowances);
    expect(Math.abs(retryAfterS! - (midnight - Date.now()) / 1000)).toBeLessThan(2);
  });

  describe('for whom room may come back', () => {
    it('tries once more as often as it is worth while', async () => {
      const allowances = create({ budgets: [budget({ tokens: 100 })] });
      const first = await allowances.reserve(wanted());
      let asked = 0;
      const second = await allowances.reserve(
        wanted({
          roomAgain: () => {
            if (++asked === 2) first.settle(spent(10, 20));
            return Promise.resolve(true);
          },
        }),
      );
      expect([asked, second.completionTokens]).toEqual([2, 60]);
      const roomAgain = () => Promise.resolve(false);
      expect((await refusal(allowances, wanted({ roomAgain }))).code).toBe('insufficient_quota');
    });

    it('does not ask where nothing will come back', async () => {
      const allowances = create({ budgets: [budget({ tokens: 0 })] });
      const roomAgain = vi.fn(() => Promise.resolve(true));
      await refusal(allowances, wanted({ roomAgain }));
      expect(roomAgain).not.toHaveBeenCalled();
    });

    it('counts the agent once', async () => {
      const allowances = create({ generations: { ...FREE, perUser: 1 } });
      const first = await allowances.reserve(wanted());
      const roomAgain = () => {
        first.settle(undefined);
        return Promise.resolve(true);
      };
      await expect(allowances.reserve(wanted({ agent: 'sparse', roomAgain }))).resolves.toBeDefined();
    });
  });

  it('says of a budget that never begins anew no time', async () => {
    const allowances = create({ budgets: [budget({ tokens: 0, period: 'total' })] });
    const refused = await refusal(allowances);
    expect(refused.retryAfterS).toBeUndefined();
    expect(refused.headers).toEqual({
      'x-ratelimit-limit-tokens': '0',
      'x-ratelimit-remaining-tokens': '0',
    });
  });

  it('bounds by money as by tokens', async () => {
    // A token of the prompt is a millionth of a dollar, one of the answer ten.
    const allowances = create({ budgets: [budget({ dollars: 0.0005 })] });
    const allowance = await allowances.reserve(wanted());
    expect(allowance.completionTokens).toBe(49);
    allowance.settle(spent(10, 9));
    expect((await allowances.reserve(wanted())).completionTokens).toBe(39);
  });

  it.each([
    ['the tenant', budget({ scope: 'tenant', subject: 'acme' })],
    ['any tenant', budget({ scope: 'tenant', subject: '*' })],
    ['the user', budget({})],
    ['the user in the tenant', budget({ tenant: 'acme' })],
    ['any user', budget({ subject: '*' })],
    ['the key', budget({ scope: 'key', subject: 'key-1' })],
    ['any key', budget({ scope: 'key', subject: '*' })],
    ['the role', budget({ scope: 'role', subject: 'user' })],
    ['the device', budget({ scope: 'device', subject: 'phone' })],
    ['any device', budget({ scope: 'device', subject: '*' })],
    ['the agent', budget({ scope: 'agent', subject: 'writer' })],
    ['the agent in the tenant', budget({ scope: 'agent', subject: 'writer', tenant: 'acme' })],
    ['any agent', budget({ scope: 'agent', subject: '*' })],
    ['the endpoint', budget({ scope: 'endpoint', subject: 'POST /v1/chat/completions' })],
    ['any endpoint', budget({ scope: 'endpoint', subject: '*' })],
  ])('holds a budget of %s', async (_whose, its) => {
    const allowances = create({ budgets: [{ ...its, tokens: 50 }] });
    const asked = wanted({ owner: { ...ADA, device: 'phone' }, agent: 'writer' });
    expect((await allowances.reserve(asked)).completionTokens).toBe(40);
  });

  it.each([
    ['another tenant', budget({ scope: 'tenant', subject: 'other' })],
    ['another user', budget({ subject: 'bob' })],
    ['a user of that name elsewhere', budget({ tenant: 'other' })],
    ['another key', budget({ scope: 'key', subject: 'key-2' })],
    ['another role', budget({ scope: 'role', subject: 'admin' })],
    ['any device, without one', budget({ scope: 'device', subject: '*' })],
    ['any agent, without one', budget({ scope: 'agent', subject: '*' })],
    ['another endpoint', budget({ scope: 'endpoint', subject: 'GET /ws/ai/stream' })],
    ['the endpoint elsewhere', budget({ scope: 'endpoint', subject: '*', tenant: 'other' })],
  ])('passes by a budget of %s', async (_whose, its) => {
    const allowances = create({ budgets: [{ ...its, tokens: 50 }] });
    expect((await allowances.reserve(wanted())).completionTokens).toBeUndefined();
  });

  it('counts users apart whose budget is that of everybody', async () => {
    const allowances = create({ budgets: [budget({ scope: 'role', subject: 'user', tokens: 100 })] });
    await allowances.reserve(wanted());
    expect((await allowances.reserve(wanted({ owner: { ...ADA, id: 'bob' } }))).completionTokens).toBe(90);
    expect((await refusal(allowances)).code).toBe('insufficient_quota');
  });

  it.each([
    ['a device', 'device', { owner: { ...ADA, device: 'phone' } }],
    ['an agent', 'agent', { agent: 'writer' }],
    ['an endpoint', 'endpoint', { endpoint: 'GET /ws/ai/stream' }],
  ] as const)(
    'counts together what a tenant uses of %s, and each of them apart',
    async (_what, scope, of) => {
      const allowances = create({ budgets: [budget({ scope, subject: '*', tokens: 100 })] });
      const asked = wanted(of);
      const { owner } = asked;
      await allowances.reserve(asked);
      const bob = { ...asked, owner: { ...owner, id: 'bob', credential: undefined } as Principal };
      expect((await refusal(allowances, bob)).code).toBe('insufficient_quota');
      const elsewhere = { ...asked, owner: { ...owner, tenant: 'other' } };
      expect((await allowances.reserve(elsewhere)).completionTokens).toBe(90);
      const another = {
        owner: { ...owner, device: 'laptop' },
        agent: 'painter',
        endpoint: 'POST /v1/completions',
      };
      expect((await allowances.reserve(wanted(another))).completionTokens).toBe(90);
    },
  );

  it('goes on from what was used of the same before', async () => {
    const asked: UsageOf[] = [];
    history.use((of) => {
      asked.push(of);
      return Promise.resolve({ tokens: 0, cost: 0 });
    });
    const scopes = ['device', 'agent', 'endpoint'] as const;
    const budgets = scopes.map((scope) => budget({ scope, subject: '*', period: 'total', tokens: 100 }));
    await create({ budgets }).reserve(wanted({ owner: { ...ADA, device: 'phone' }, agent: 'writer' }));
    expect(asked).toEqual([
      { tenant: 'acme', device: 'phone' },
      { tenant: 'acme', agent: 'writer' },
      { tenant: 'acme', endpoint: 'POST /v1/chat/completions' },
    ]);
  });

  it('accounts for the device, the agent and the endpoint, which may be bounded or not', async () => {
    for (const allowances of [create(), create({ budgets: [budget({ tokens: 200 })] })]) {
      const asked = wanted({ owner: { ...ADA, device: 'phone' }, agent: 'writer' });
      (await allowances.reserve(asked)).settle(spent(10, 20));
      (await allowances.reserve(wanted())).settle(spent(10, 20));
      const endpoint = 'POST /v1/chat/completions';
      expect(usage.take(10)).toMatchObject([
        { device: 'phone', agent: 'writer', endpoint },
        { device: '', agent: '', endpoint },
      ]);
    }
  });

  it('takes the stricter of two budgets of the same', async () => {
    const allowances = create({ budgets: [budget({ tokens: 70 }), budget({ tokens: 50 })] });
    expect((await allowances.reserve(wanted())).completionTokens).toBe(40);
  });

  it('lets so many of a caller run at a time, and any number of those a trusted network lets in', async () => {
    const allowances = create({ generations: { ...FREE, perUser: 1 } });
    const first = await allowances.reserve(wanted());
    expect((await refusal(allowances)).code).toBe('rate_limit_exceeded');
    first.settle(undefined);
    await allowances.reserve(wanted());
    for (let at = 0; at < 5; at++) await allowances.reserve(wanted({ owner: ANONYMOUS }));
  });

  it.each([
    ['its device', { perDevice: 1 }, { owner: { ...ADA, device: 'phone' } }],
    ['an endpoint', { endpoints: new Map([['GET /ws', 1]]) }, { endpoint: 'GET /ws' }],
    ['an agent', { agents: new Map([['writer', 1]]) }, { agent: 'writer' }],
  ])('lets so many of %s run at a time', async (_what, most, of) => {
    const allowances = create({ generations: { ...FREE, ...most } });
    const first = await allowances.reserve(wanted(of));
    expect((await refusal(allowances, wanted(of))).code).toBe('rate_limit_exceeded');
    await allowances.reserve(wanted());
    first.settle(undefined);
    await allowances.reserve(wanted(of));
  });

  it('counts an agent with a limit of its own for each caller', async () => {
    const allowances = create();
    await allowances.reserve(wanted({ agent: 'sparse' }));
    expect((await refusal(allowances, wanted({ agent: 'sparse' }))).code).toBe('rate_limit_exceeded');
    await allowances.reserve(wanted({ agent: 'sparse', owner: { ...ADA, id: 'bob' } }));
    await allowances.reserve(wanted({ agent: 'other' }));
  });

  it('gives the slot of a caller who left just before', async () => {
    const allowances = create({ generations: { ...FREE, perUser: 1 } });
    const before = await allowances.reserve(wanted());
    const after = allowances.reserve(wanted());
    // As sockets that were closed are told of: behind the requests of the same turn.
    setImmediate(() => before.settle(undefined));
    (await after).settle(undefined);

    await allowances.reserve(wanted());
    expect((await refusal(allowances)).code).toBe('rate_limit_exceeded');
  });
});
