import { Module } from '@nestjs/common';
import { BackendsModule } from '../../backends/index.js';
import { SYSTEM_CLOCK } from '../../common/clock.js';
import { BackendDirectory } from './backend-directory.js';
import { BackendProbe } from './backend-probe.js';
import { ModelCatalog } from './model-catalog.js';
import { ModelRouter } from './model-router.js';
import { ModelsController } from './models.controller.js';
import { RetryBudget } from './retry-budget.js';
import { RoutingReload } from './routing-reload.js';
import { RoutingTable } from './routing-table.js';

@Module({
  imports: [BackendsModule],
  controllers: [ModelsController],
  providers: [
    BackendDirectory,
    BackendProbe,
    ModelCatalog,
    ModelRouter,
    RoutingReload,
    RoutingTable,
    { provide: RetryBudget, useFactory: () => new RetryBudget(SYSTEM_CLOCK) },
  ],
  exports: [BackendDirectory, BackendProbe, ModelRouter, RetryBudget, RoutingReload, RoutingTable],
})
export class ModelsModule {}
