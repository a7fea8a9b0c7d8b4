import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { dayOf } from '../budgets/period.js';
import { NANODOLLARS_PER_DOLLAR } from '../prices/price-list.js';
import type { UsageQueryDto } from './dto/usage-query.dto.js';
import type { UsageReportDto, UsageRowDto } from './dto/usage-report.dto.js';
import type { Group } from './usage-group.js';
import { UsageRows, type UsageRow } from './usage-rows.js';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 366;
const MOST_ROWS = 1_000;

/** Says what was used: to everybody their own, to administrators their tenant's. */
@Injectable()
export class UsageService {
  constructor(@Inject(UsageRows) private readonly rows: UsageRows) {}

  async report({ tenant, id, role }: Principal, query: UsageQueryDto): Promise<UsageReportDto> {
    const to = query.to ?? dayOf(Date.now());
    const from = query.from ?? dayOf(toTime('to', to) - USUAL_DAYS * DAY_MS);
    const days = (toTime('to', to) - toTime('from', from)) / DAY_MS;
    if (days < 0)
      throw new GatewayError('invalid_value', 'from must not be later than to', { param: 'from' });
    if (days > MOST_DAYS)
      throw new GatewayError('invalid_value', `from and to must be ${MOST_DAYS} days apart at most`, {
        param: 'from',
      });
    const user = role === 'admin' ? query.user : id;
    if (query.user !== undefined && query.user !== user)
      throw new GatewayError('not_found', 'Nothing is here.');
    const groups = [...new Set((query.group_by ?? 'day,model').split(',').filter(Boolean))] as Group[];
    const meant = { tenant, from, to, ...(user !== undefined && { user }) };
    const [rows, [total]] = await Promise.all([
      this.rows.report({ ...meant, groups, limit: MOST_ROWS + 1 }),
      this.rows.report({ ...meant, groups: [], limit: 1 }),
    ]);
    return {
      object: 'list',
      from,
      to,
      data: rows.slice(0, MOST_ROWS).map(toDto),
      total: toDto(total!),
      has_more: rows.length > MOST_ROWS,
    };
  }
}

const toDto = ({
  requests,
  promptTokens,
  completionTokens,
  cost,
  unpriced,
  ...named
}: UsageRow): UsageRowDto => ({
  ...named,
  requests,
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  cost_dollars: cost / NANODOLLARS_PER_DOLLAR,
  unpriced_requests: unpriced,
});

/** `Date` takes the 30th of February for the second of March. */
function toTime(name: 'from' | 'to', day: string): number {
  const time = Date.parse(`${day}T00:00:00Z`);
  if (!Number.isNaN(time) && dayOf(time) === day) return time;
  throw new GatewayError('invalid_value', `${name} must be a day such as 2026-07-01`, { param: name });
}
