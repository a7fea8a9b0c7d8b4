import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/index.js';
import { ChatModule } from '../chat/index.js';
import { ModelsModule } from '../models/index.js';
import { CoordinatorCatalogueController } from './coordinator-catalogue.controller.js';
import { CoordinatorController } from './coordinator.controller.js';
import { CoordinatorService } from './coordinator.service.js';
import { CoordinatorStats } from './coordinator-stats.js';
import { StepRunner } from './step-runner.js';
import { WorkflowCatalogue } from './workflow-catalogue.js';

@Module({
  imports: [AgentsModule, ChatModule, ModelsModule],
  controllers: [CoordinatorController, CoordinatorCatalogueController],
  providers: [CoordinatorService, CoordinatorStats, StepRunner, WorkflowCatalogue],
})
export class CoordinatorModule {}
