import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/index.js';
import { GenerationDrain } from './generation-drain.js';
import { GenerationRegistry } from './generation-registry.js';
import { GenerationService } from './generation.service.js';
import { GenerationsController } from './generations.controller.js';
import { Settlement } from './settlement.js';

@Module({
  imports: [ModelsModule],
  controllers: [GenerationsController],
  providers: [GenerationDrain, GenerationRegistry, GenerationService, Settlement],
  exports: [GenerationRegistry, GenerationService],
})
export class GenerationModule {}
