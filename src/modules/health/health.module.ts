import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ModelsModule } from '../models/index.js';
import { HealthChecks } from './health-checks.js';
import { HealthController } from './health.controller.js';
import { HealthSources, type HealthSource } from './health-part.js';
import { HealthService } from './health.service.js';
import { HealthWatch } from './health-watch.js';
import { AuditSource } from './sources/audit.source.js';
import { BackendsSource } from './sources/backends.source.js';
import { DatabaseSource } from './sources/database.source.js';
import { LifecycleSource } from './sources/lifecycle.source.js';
import { RedisSource } from './sources/redis.source.js';

/** Everything whose state is told. Adding one is a file and a line here. */
const SOURCES = [LifecycleSource, AuditSource, DatabaseSource, RedisSource, BackendsSource];

@Module({
  // A probe that finds a part down asks again and again; one line each would drown the log.
  imports: [TerminusModule.forRoot({ logger: false }), ModelsModule],
  controllers: [HealthController],
  providers: [
    HealthChecks,
    HealthService,
    HealthWatch,
    ...SOURCES,
    { provide: HealthSources, useFactory: (...all: HealthSource[]): HealthSources => all, inject: SOURCES },
  ],
})
export class HealthModule {}
