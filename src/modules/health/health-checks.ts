import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { HealthSources, type HealthPart, type PartReport } from './health-part.js';

type PartResult = HealthIndicatorResult<
  string,
  'up' | 'degraded' | 'down',
  { report: PartReport; blocks?: string }
>;
export type ChecksResult = HealthCheckResult<PartResult>;

/** Everything that is known about the parts, put together. Asks nobody. */
@Injectable()
export class HealthChecks {
  constructor(
    @Inject(HealthCheckService) private readonly checks: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(HealthSources) private readonly sources: HealthSources,
  ) {}

  async run(): Promise<ChecksResult> {
    const parts = this.sources.flatMap((source) => source.parts);
    try {
      return (await this.checks.check(parts.map((part) => () => this.toResult(part)))) as ChecksResult;
    } catch (error) {
      // A part that is down is a result as well; which status it makes is for the caller to say.
      if (error instanceof ServiceUnavailableException) return error.getResponse() as ChecksResult;
      throw error;
    }
  }

  private toResult({ name, report, blocks }: HealthPart): PartResult {
    const indicator = this.indicators.check(name);
    if (blocks !== undefined) return indicator.down({ report, blocks });
    const isWell = report.status === 'healthy' || report.status === 'disabled';
    return isWell ? indicator.up({ report }) : indicator.degraded({ report });
  }
}
