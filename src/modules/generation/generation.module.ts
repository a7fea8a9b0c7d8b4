import { Module } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { ModelsModule } from '../models/index.js';
import { GenerationControl } from './generation-control.js';
import { GenerationDrain } from './generation-drain.js';
import { GenerationRegistry } from './generation-registry.js';
import { GenerationService } from './generation.service.js';
import { GenerationsController } from './generations.controller.js';
import { LogDirectory } from './log-directory.js';
import { LogFollowers } from './replicas/log-followers.js';
import { LogMirror } from './replicas/log-mirror.js';
import { RedisReplicas } from './replicas/redis-replicas.js';
import { ReplicaName } from './replicas/replica-name.js';
import { ReplicaTalk } from './replicas/replica-talk.js';
import { NoReplicas, Replicas } from './replicas/replicas.js';
import { Settlement } from './settlement.js';

@Module({
  imports: [ModelsModule],
  controllers: [GenerationsController],
  providers: [
    GenerationControl,
    GenerationDrain,
    GenerationRegistry,
    GenerationService,
    LogDirectory,
    LogFollowers,
    LogMirror,
    RedisReplicas,
    ReplicaName,
    ReplicaTalk,
    Settlement,
    {
      provide: Replicas,
      useFactory: ({ redis }: AppConfig, shared: RedisReplicas): Replicas =>
        redis.kind === 'redis' ? shared : new NoReplicas(),
      inject: [AppConfig, RedisReplicas],
    },
  ],
  exports: [GenerationControl, GenerationRegistry, GenerationService, LogDirectory, Replicas],
})
export class GenerationModule {}
