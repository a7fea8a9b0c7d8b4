import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { STREAMING_API } from './asks-streaming-api.js';
import type { HealthDto, ReadinessDto } from './dto/health.dto.js';
import { HealthChecks } from './health-checks.js';
import { readMemory } from './memory.js';
import { toServices } from './to-services.js';

const GATEWAY = 'citadel-gateway';

export interface HealthQuestion {
  readonly asStreamingApi: boolean;
  /** The caller may know names, versions and the reasons of failures. */
  readonly inFull: boolean;
}

/** Says how the gateway is, from what is known already. */
@Injectable()
export class HealthService {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(HealthChecks) private readonly checks: HealthChecks,
  ) {}

  async health({ asStreamingApi, inFull }: HealthQuestion): Promise<HealthDto> {
    const result = await this.checks.run();
    return {
      status: asStreamingApi ? 'healthy' : result.status === 'ok' ? 'ok' : 'degraded',
      service: asStreamingApi ? STREAMING_API : GATEWAY,
      services: toServices(result, inFull),
      websocket_enabled: this.config.streaming.websocket.enabled,
      sse_enabled: this.config.streaming.sse.enabled,
      memory: readMemory(),
      timestamp: new Date().toISOString(),
      version: this.config.project.version,
      uptime: process.uptime(),
    };
  }

  async readiness(): Promise<ReadinessDto> {
    const { status, details } = await this.checks.run();
    const degraded: string[] = [];
    const missing: Record<string, string> = {};
    for (const [name, part] of Object.entries(details)) {
      if (part.status === 'degraded') degraded.push(name);
      if (part.status === 'down') missing[name] = part.blocks ?? 'unavailable';
    }
    const isOut = status === 'error' || status === 'shutting_down';
    return { status: isOut ? 'unavailable' : status, degraded, missing };
  }
}
