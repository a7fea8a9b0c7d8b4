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
import { ChatService } from './chat.service.js';
import { CompletionsController } from './completions.controller.js';

@Module({
  imports: [AgentsModule, GenerationModule, ModelsModule],
  controllers: [ChatController, CompletionsController, AgentStreamsController, AgentChatController],
  providers: [Admission, AgentStreamService, AnswerCache, ChatService],
})
export class ChatModule {}
