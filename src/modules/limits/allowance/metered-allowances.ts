import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import type { Allowance, Allowances, Spent, Wanted } from '../../../contracts/allowance.js';
import type { Asked } from '../asked.js';
import { BudgetBook, keyOf, type BudgetCounter } from '../budgets/budget-book.js';
import { dayOf } from '../budgets/period.js';
import { amountOf } from '../ledger/claim.js';
import { Ledger, type Holding, type Refusal } from '../ledger/ledger.service.js';
import { PriceList } from '../prices/price-list.js';
import { RequestRates } from '../rate/request-rates.js';
import { UsageBook } from '../usage/usage-book.js';
import { GenerationSlots } from './generation-slots.js';
import { tightestTokens, tokenHeaders } from './token-headers.js';

const RUNNING_RETRY_S = 1;

/** Gives out what budgets, slots and the limits of agents allow, and accounts for what was used of it. */
@Injectable()
export class MeteredAllowances implements Allowances {
  private readonly slots: GenerationSlots;

  constructor(
    @Inject(AppConfig) { limits }: AppConfig,
    @Inject(RequestRates) private readonly rates: RequestRates,
    @Inject(BudgetBook) private readonly budgets: BudgetBook,
    @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(PriceList) private readonly prices: PriceList,
    @Inject(UsageBook) private readonly usage: UsageBook,
  ) {
    this.slots = new GenerationSlots(limits.generations);
  }

  reserve(wanted: Wanted): Allowance | Promise<Allowance> {
    const { owner, agent } = wanted;
    if (this.rates.agentChecks(owner, agent) === undefined) return this.reserveNow(wanted);
    return this.rates.countAgent(owner, agent!).then(() => this.reserveNow(wanted));
  }

  /** What the caller is told of the budget of tokens it has the least left of, as far as this process knows. */
  headersFor(asked: Asked): Readonly<Record<string, string>> | undefined {
    const counters = this.budgets.countersFor(asked, []);
    if (counters.length === 0) return undefined;
    const standings = counters.map(
      (counter) => this.ledger.standing(counter) ?? { left: counter.limit, reserved: 0 },
    );
    const tightest = tightestTokens(counters, standings);
    return tightest && tokenHeaders(tightest);
  }

  private reserveNow(wanted: Wanted): Allowance | Promise<Allowance> {
    const slots = this.slots.slotsOf(wanted);
    const counters = this.budgets.countersFor(wanted, wanted.targets);
    if (slots.length === 0 && counters.length === 0) return this.unbounded(wanted);
    const promptTokens = counters.length === 0 ? 0 : wanted.promptTokens();
    const { completionTokens } = wanted;
    const reserve = () => this.ledger.reserve({ slots, counters, promptTokens, completionTokens });
    const toAllowance = (its: Holding | Refusal): Allowance | Promise<Allowance> => {
      if (!('refused' in its)) return this.bounded(wanted, counters, its);
      if (wanted.roomAgain === undefined || !isForNow(its)) throw toError(its, counters);
      return wanted.roomAgain().then((isWorthwhile) => {
        if (!isWorthwhile) throw toError(its, counters);
        return this.reserveNow(wanted);
      });
    };
    const unlessFull = (its: Holding | Refusal) =>
      isFull(its) ? twoTurns().then(reserve).then(toAllowance) : toAllowance(its);
    const held = reserve();
    return held instanceof Promise ? held.then(unlessFull) : unlessFull(held);
  }

  private unbounded({ owner, endpoint, agent }: Wanted): Allowance {
    let settled = false;
    return {
      completionTokens: undefined,
      headers: {},
      settle: (spent) => {
        if (settled) return;
        settled = true;
        if (spent !== undefined) this.account({ owner, endpoint, agent }, spent);
      },
    };
  }

  private bounded(
    { owner, endpoint, agent }: Wanted,
    counters: readonly BudgetCounter[],
    holding: Holding,
  ): Allowance {
    const tightest = tightestTokens(counters, holding.standings);
    let settled = false;
    return {
      completionTokens: counters.length === 0 ? undefined : holding.granted,
      headers: tightest === undefined ? {} : tokenHeaders(tightest),
      settle: (spent) => {
        if (settled) return;
        settled = true;
        holding.settle(counters.map((counter) => this.amount(counter, spent)));
        if (spent !== undefined) this.account({ owner, endpoint, agent }, spent);
      },
    };
  }

  /** By the price of who has answered, which may be less than what was reserved for. */
  private amount(counter: BudgetCounter, spent: Spent | undefined): number {
    if (spent === undefined) return 0;
    const { promptTokens, completionTokens } = spent;
    if (counter.unit === 'tokens') return amountOf(counter, promptTokens, completionTokens);
    return this.prices.costOf(spent, promptTokens, completionTokens) ?? 0;
  }

  private account({ owner, endpoint, agent }: Asked, spent: Spent): void {
    const { promptTokens, completionTokens, model } = spent;
    const cost = this.prices.costOf(spent, promptTokens, completionTokens);
    this.usage.add({
      tenant: owner.tenant,
      user: owner.id,
      key: keyOf(owner) ?? '',
      device: owner.device ?? '',
      agent: agent ?? '',
      endpoint,
      model,
      day: dayOf(Date.now()),
      requests: 1,
      promptTokens,
      completionTokens,
      cost: cost ?? 0,
      unpriced: cost === undefined ? 1 : 0,
    });
  }
}

const isFull = (its: Holding | Refusal): boolean => 'refused' in its && its.refused === 'slots';

/**
 * Who breaks an answer off and asks again at once may be heard before the end of the connection is, which Node tells last
 * in a turn of the event loop.
 */
async function twoTurns(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** Whether what runs may give back what was missing. */
const isForNow = (refusal: Refusal): boolean => refusal.refused === 'slots' || refusal.standing.reserved > 0;

function toError(refusal: Refusal, counters: readonly BudgetCounter[]): GatewayError {
  if (refusal.refused === 'slots')
    return new GatewayError('rate_limit_exceeded', 'Too many generations at the same time.', {
      retryAfterS: Math.ceil(refusal.retryMs / 1000),
      headers: { 'retry-after-ms': String(refusal.retryMs) },
    });
  const counter = counters[refusal.at]!;
  const { standing } = refusal;
  const what = counter.unit === 'tokens' ? 'tokens' : 'money';
  const retryMs = isForNow(refusal)
    ? RUNNING_RETRY_S * 1000
    : counter.endsAt === undefined
      ? undefined
      : Math.max(1, counter.endsAt - Date.now());
  return new GatewayError('insufficient_quota', `The budget of ${what} is used up.`, {
    ...(retryMs !== undefined && { retryAfterS: Math.ceil(retryMs / 1000) }),
    headers: {
      ...(counter.unit === 'tokens' && tokenHeaders({ counter, standing })),
      ...(retryMs !== undefined && { 'retry-after-ms': String(retryMs) }),
    },
  });
}
