import { Module } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { AgentsModule } from '../agents/index.js';
import { ChatModule } from '../chat/index.js';
import { GenerationModule } from '../generation/index.js';
import { ResponseArchive } from './archive/response-archive.js';
import { KeptResponses } from './kept-responses.js';
import { ResponseReadingService } from './response-reading.service.js';
import { ResponsesController } from './responses.controller.js';
import { ResponsesService } from './responses.service.js';
import { SharedResponses } from './shared-responses.js';
import { StoredResponsesController } from './stored-responses.controller.js';
import { StoredResponses } from './stored-responses.js';

@Module({
  imports: [AgentsModule, ChatModule, GenerationModule],
  controllers: [ResponsesController, StoredResponsesController],
  providers: [
    ResponseArchive,
    ResponseReadingService,
    ResponsesService,
    SharedResponses,
    StoredResponses,
    {
      provide: KeptResponses,
      useFactory: ({ streams }: AppConfig) => new KeptResponses(streams.logMaxBytes, streams.resumeTtlMs),
      inject: [AppConfig],
    },
  ],
  exports: [KeptResponses, ResponseArchive],
})
export class ResponsesModule {}
