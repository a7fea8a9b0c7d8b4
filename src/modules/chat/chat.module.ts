import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/index.js';
import { GenerationModule } from '../generation/index.js';
import { ModelsModule } from '../models/index.js';
import { Admission } from './admission.js';
import { AgentChatController } from './agent-chat.controller.js';
import { AgentStreamService } from './agent-stream.service.js';
import { AgentStreamsController } from './agent-streams.controller.js';
import { AnswerCache } from './cache/answer-cache.js';
import { ChatController } from './chat.controller.js';
import { CallDesk } from './call-desk.js';
import { ChatService } from './chat.service.js';
import { IdempotencyClaims } from './idempotency/idempotency-claims.js';
import { IdempotentCalls } from './idempotency/idempotent-calls.js';
import { CompletionsController } from './completions.controller.js';

@Module({
  imports: [AgentsModule, GenerationModule, ModelsModule],
  controllers: [ChatController, CompletionsController, AgentStreamsController, AgentChatController],
  exports: [CallDesk, ChatService],
  providers: [
    Admission,
    AgentStreamService,
    AnswerCache,
    CallDesk,
    ChatService,
    IdempotencyClaims,
    IdempotentCalls,
  ],
})
export class ChatModule {}
