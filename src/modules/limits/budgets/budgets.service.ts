import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { BudgetScope } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { NANODOLLARS_PER_DOLLAR } from '../prices/price-list.js';
import { Places } from '../places/places.js';
import { BudgetBook } from './budget-book.js';
import { BudgetRefresh } from './budget-refresh.js';
import { BudgetRows, type SetBudget } from './budget-rows.js';
import { SCOPES, type BudgetDto, type SetBudgetDto } from './dto/budget.dto.js';

const ROLES: readonly string[] = ['anonymous', 'user', 'premium', 'admin'];
const LONGEST_SUBJECT = 255;
const PLACES = {
  endpoint:
    'subject must be a method and a route as declared, such as `POST /api/v1/agent/:agent_key/chat/completions`, or *',
  agent: "subject must be an agent's key, or *",
};

/** What administrators allow, each in their own tenant. */
@Injectable()
export class BudgetsService {
  constructor(
    @Inject(BudgetRows) private readonly rows: BudgetRows,
    @Inject(BudgetBook) private readonly book: BudgetBook,
    @Inject(BudgetRefresh) private readonly refresh: BudgetRefresh,
    @Inject(Places) private readonly places: Places,
  ) {}

  async list({ tenant }: Principal): Promise<BudgetDto[]> {
    const budgets = await this.rows.of(tenant);
    return Promise.all(budgets.map((budget) => this.toDto(budget)));
  }

  async set(caller: Principal, scope: string, subject: string, dto: SetBudgetDto): Promise<BudgetDto> {
    const budget: SetBudget = {
      ...toSubject(caller, scope, subject),
      period: dto.period ?? 'month',
      tokens: dto.tokens ?? undefined,
      dollars: dto.dollars ?? undefined,
    };
    if (budget.tokens === undefined && budget.dollars === undefined)
      throw new GatewayError('invalid_request', 'tokens or dollars is required', { param: 'tokens' });
    this.requirePlace(budget);
    await this.rows.set(budget, caller.id);
    await this.refresh.changed();
    return this.toDto(budget);
  }

  async delete(caller: Principal, scope: string, subject: string, period?: string): Promise<void> {
    const { tenant } = toSubject(caller, scope, subject);
    if (!(await this.rows.delete(tenant, scope, subject, period)))
      throw new GatewayError('not_found', 'There is no such budget.');
    await this.refresh.changed();
  }

  /** One that is not there would hold nobody. It may still be taken away. */
  private requirePlace({ scope, subject }: SetBudget): void {
    if ((scope !== 'endpoint' && scope !== 'agent') || subject === '*') return;
    if (this.places.has(scope, subject)) return;
    throw new GatewayError('invalid_value', `there is no ${scope} '${subject}': ${PLACES[scope]}`, {
      param: 'subject',
    });
  }

  private async toDto(budget: SetBudget): Promise<BudgetDto> {
    const { scope, subject, period, tokens, dollars } = budget;
    const usedTokens = await this.book.counterOf(budget, 'tokens')?.history();
    const usedCost = await this.book.counterOf(budget, 'nanodollars')?.history();
    return {
      scope,
      subject,
      period,
      tokens: tokens ?? null,
      dollars: dollars ?? null,
      ...(usedTokens !== undefined && { used_tokens: usedTokens }),
      ...(usedCost !== undefined && { used_dollars: usedCost / NANODOLLARS_PER_DOLLAR }),
    };
  }
}

/** Somebody else's tenant is the same 404 as one that is not there. */
function toSubject({ tenant }: Principal, scope: string, subject: string) {
  if (!SCOPES.includes(scope as BudgetScope))
    throw new GatewayError('invalid_value', `scope must be one of ${SCOPES.join(', ')}`, { param: 'scope' });
  if (scope === 'tenant' && subject !== tenant)
    throw new GatewayError('not_found', 'Nothing is here, or it is not yours.');
  if (scope === 'role' && !ROLES.includes(subject))
    throw new GatewayError('invalid_value', `subject must be one of ${ROLES.join(', ')}`, {
      param: 'subject',
    });
  if (subject.length > LONGEST_SUBJECT || subject.includes('\0') || !subject.isWellFormed())
    throw new GatewayError('invalid_value', `subject must be a text of up to ${LONGEST_SUBJECT} characters`, {
      param: 'subject',
    });
  return { tenant, scope: scope as BudgetScope, subject };
}
