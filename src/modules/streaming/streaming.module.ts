import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/index.js';
import { GenerationModule } from '../generation/index.js';
import { GenerationStreams } from './generation-streams.js';
import { GenerationStreamsController } from './generation-streams.controller.js';
import { LostStreams } from './lost-streams.js';
import { StreamResumption } from './stream-resumption.js';

@Module({
  imports: [AgentsModule, GenerationModule],
  controllers: [GenerationStreamsController],
  providers: [GenerationStreams, LostStreams, StreamResumption],
  exports: [StreamResumption],
})
export class StreamingModule {}
