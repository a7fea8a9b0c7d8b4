import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK, type Clock } from '../../../common/clock.js';
import { AppConfig, type BudgetScope, type BudgetSettings } from '../../../config/index.js';
import type { PricedModel } from '../../../contracts/allowance.js';
import type { Principal } from '../../../contracts/principal.js';
import type { Asked } from '../asked.js';
import type { Counter } from '../ledger/claim.js';
import { NANODOLLARS_PER_DOLLAR, PriceList, type Price } from '../prices/price-list.js';
import { UsageHistory } from '../usage/usage-history.js';
import type { UsageOf } from '../usage/used-before.js';
import { spanOf } from './period.js';

/** A counter, and in what it counts. */
export interface BudgetCounter extends Counter {
  readonly unit: 'tokens' | 'nanodollars';
}

/** What is counted together. */
interface Subject {
  readonly kind: Exclude<BudgetScope, 'role'>;
  readonly of: UsageOf;
}

const NONE: readonly BudgetCounter[] = [];

/** Id of the key that is shown again and again, which a token is not. */
export const keyOf = ({ credential }: Principal): string | undefined =>
  credential?.kind === 'api_key' || credential?.kind === 'signature' ? credential.id : undefined;

/** All budgets there are: those of the configuration, and those that administrators have set. The stricter holds. */
@Injectable()
export class BudgetBook {
  private readonly configured: readonly BudgetSettings[];
  private readonly clock: Clock = SYSTEM_CLOCK;
  private index: ReadonlyMap<string, readonly BudgetSettings[]> = new Map();
  /** Those that there is a budget of: the others need no look. */
  private scopes: ReadonlySet<BudgetScope> = new Set();

  constructor(
    @Inject(AppConfig) { limits }: AppConfig,
    @Inject(PriceList) private readonly prices: PriceList,
    @Inject(UsageHistory) private readonly history: UsageHistory,
  ) {
    this.configured = limits.budgets;
    this.load([]);
  }

  /** Takes what administrators have set, in place of what they had set before. */
  load(set: readonly BudgetSettings[]): void {
    const all = [...this.configured, ...set];
    this.index = toIndex(all);
    this.scopes = new Set(all.map(({ scope }) => scope));
  }

  /** All that a generation counts against. */
  countersFor(asked: Asked, targets: readonly PricedModel[]): readonly BudgetCounter[] {
    if (this.index.size === 0) return NONE;
    const counters = new Map<string, BudgetCounter>();
    let price: Price | undefined;
    for (const [subject, budget] of this.budgetsOf(asked)) {
      if (budget.tokens !== undefined)
        this.count(counters, subject, budget, {
          unit: 'tokens',
          limit: budget.tokens,
          perPrompt: 1,
          perCompletion: 1,
        });
      if (budget.dollars === undefined) continue;
      price ??= this.prices.highest(targets);
      const limit = Math.round(budget.dollars * NANODOLLARS_PER_DOLLAR);
      const { input: perPrompt, output: perCompletion } = price;
      this.count(counters, subject, budget, { unit: 'nanodollars', limit, perPrompt, perCompletion });
    }
    return counters.size === 0 ? NONE : [...counters.values()];
  }

  /** What the budget itself counts by, for who wants to know how it stands; undefined where it is everybody's for himself. */
  counterOf(
    { scope, subject: name, tenant, period, tokens }: BudgetSettings,
    unit: 'tokens' | 'nanodollars',
  ) {
    if (scope === 'role' || name === '*') return undefined;
    const where = scope === 'tenant' ? name : tenant;
    if (where === undefined) return undefined;
    const subject = toSubject(scope, where, name);
    const counters = new Map<string, BudgetCounter>();
    const own = { scope, subject: name, tenant, period, tokens, dollars: undefined };
    this.count(counters, subject, own, {
      unit,
      limit: Number.MAX_SAFE_INTEGER,
      perPrompt: 1,
      perCompletion: 1,
    });
    return [...counters.values()][0];
  }

  private count(
    counters: Map<string, BudgetCounter>,
    { kind, of }: Subject,
    { period }: BudgetSettings,
    counts: Pick<BudgetCounter, 'unit' | 'limit' | 'perPrompt' | 'perCompletion'>,
  ): void {
    const { name, firstDay, endsAt } = spanOf(period, this.clock.now());
    const id = kind === 'tenant' ? '' : of[kind];
    const key = `${kind}:${JSON.stringify([of.tenant, id])}:${name}:${counts.unit}`;
    const known = counters.get(key);
    if (known !== undefined && known.limit <= counts.limit) return;
    counters.set(key, {
      ...counts,
      key,
      endsAt,
      history: async () => {
        const { tokens, cost } = await this.history.sum({
          ...of,
          ...(firstDay !== undefined && { from: firstDay }),
        });
        return counts.unit === 'tokens' ? tokens : cost;
      },
    });
  }

  private *budgetsOf({ owner, endpoint, agent }: Asked): Generator<readonly [Subject, BudgetSettings]> {
    const { tenant, id: user, role, device } = owner;
    const ofTenant = toSubject('tenant', tenant, tenant);
    for (const name of [tenant, '*'])
      for (const budget of this.find('tenant', undefined, name)) yield [ofTenant, budget];
    yield* this.fitting('user', tenant, user);
    yield* this.fitting('role', tenant, user, [role]);
    yield* this.fitting('key', tenant, keyOf(owner));
    yield* this.fitting('device', tenant, device);
    yield* this.fitting('agent', tenant, agent);
    yield* this.fitting('endpoint', tenant, endpoint);
  }

  /** Those of a subject, by the names it goes by in budgets: of its tenant, and of any. */
  private *fitting(
    scope: Exclude<BudgetScope, 'tenant'>,
    tenant: string,
    id: string | undefined,
    names: readonly string[] = id === undefined ? [] : [id, '*'],
  ): Generator<readonly [Subject, BudgetSettings]> {
    if (id === undefined || !this.scopes.has(scope)) return;
    const subject = toSubject(scope === 'role' ? 'user' : scope, tenant, id);
    for (const where of [tenant, undefined])
      for (const name of names) for (const budget of this.find(scope, where, name)) yield [subject, budget];
  }

  private find(
    scope: BudgetSettings['scope'],
    tenant: string | undefined,
    subject: string,
  ): readonly BudgetSettings[] {
    return this.index.get(JSON.stringify([scope, tenant, subject])) ?? [];
  }
}

const toSubject = (kind: Subject['kind'], tenant: string, id: string): Subject => ({
  kind,
  of: kind === 'tenant' ? { tenant } : { tenant, [kind]: id },
});

function toIndex(budgets: readonly BudgetSettings[]): Map<string, BudgetSettings[]> {
  const index = new Map<string, BudgetSettings[]>();
  for (const budget of budgets) {
    const id = JSON.stringify([
      budget.scope,
      budget.scope === 'tenant' ? undefined : budget.tenant,
      budget.subject,
    ]);
    const known = index.get(id);
    if (known === undefined) index.set(id, [budget]);
    else known.push(budget);
  }
  return index;
}
