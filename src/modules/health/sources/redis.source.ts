import { Inject, Injectable } from '@nestjs/common';
import { RedisHealth } from '../../../infrastructure/redis/index.js';
import { type HealthPart, type HealthSource, NOT_SEEN_YET, type PartReport } from '../health-part.js';

@Injectable()
export class RedisSource implements HealthSource {
  private report: PartReport = NOT_SEEN_YET;

  constructor(@Inject(RedisHealth) private readonly redis: RedisHealth) {}

  get parts(): readonly HealthPart[] {
    return [{ name: 'redis', report: this.report }];
  }

  async refresh(): Promise<void> {
    this.report = await this.redis.check();
  }
}
