import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { toMeanMs, toPercent } from '../../common/figures.js';
import { EventBus, type WorkflowSettled } from '../../contracts/business-events.js';
import type { Principal } from '../../contracts/principal.js';
import type { CoordinatorStatsDto, WorkflowCountsDto } from './dto/coordinator-stats.dto.js';

class Tally {
  total = 0;
  successful = 0;
  failed = 0;
  durationMs = 0;
}

/** What one tenant has had run: of all, and by each strategy. */
class TenantTallies {
  readonly all = new Tally();
  readonly sequential = new Tally();
  readonly parallel = new Tally();
  readonly hierarchical = new Tally();
}

/** Counts the workflows of each tenant that are over, since the start or since the tenant's administrator set them back. */
@Injectable()
export class CoordinatorStats implements OnModuleInit {
  private readonly tenants = new Map<string, TenantTallies>();

  constructor(@Inject(EventBus) private readonly events: EventBus) {}

  onModuleInit(): void {
    this.events.on('workflow-settled', (settled) => this.add(settled));
  }

  of({ tenant }: Principal): CoordinatorStatsDto {
    const { all, sequential, parallel, hierarchical } = this.tenants.get(tenant) ?? new TenantTallies();
    return {
      ...toCounts(all),
      byStrategy: {
        sequential: toCounts(sequential),
        parallel: toCounts(parallel),
        hierarchical: toCounts(hierarchical),
      },
    };
  }

  reset({ tenant }: Principal): void {
    this.tenants.delete(tenant);
  }

  /** Tenants are those that have credentials: there are no more tallies than that. */
  private add({ tenant, strategy, status, durationMs }: WorkflowSettled): void {
    let own = this.tenants.get(tenant);
    if (own === undefined) this.tenants.set(tenant, (own = new TenantTallies()));
    for (const tally of [own.all, own[strategy]]) {
      tally.total++;
      tally.durationMs += durationMs;
      if (status === 'finished') tally.successful++;
      else if (status !== 'cancelled') tally.failed++;
    }
  }
}

const toCounts = ({ total, successful, failed, durationMs }: Tally): WorkflowCountsDto => ({
  totalWorkflows: total,
  successfulWorkflows: successful,
  failedWorkflows: failed,
  cancelledWorkflows: total - successful - failed,
  successRate: toPercent(total - failed, total),
  avgDuration: toMeanMs(durationMs, total),
});
