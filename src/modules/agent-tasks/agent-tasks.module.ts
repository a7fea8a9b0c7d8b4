import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/index.js';
import { ChatModule } from '../chat/index.js';
import { GenerationModule } from '../generation/index.js';
import { StreamingModule } from '../streaming/index.js';
import { AgentTasksController } from './agent-tasks.controller.js';
import { AiTasksController } from './ai-tasks.controller.js';
import { PromptStreamsController } from './prompt-streams.controller.js';
import { PromptStreams } from './prompt-streams.js';
import { StreamStats } from './stream-stats.js';
import { StreamService } from './stream.service.js';
import { TaskObservers } from './task-observers.js';
import { TaskStreams } from './task-streams.js';
import { TaskService } from './task.service.js';
import { WorkflowController } from './workflow.controller.js';
import { WorkflowService } from './workflow.service.js';

@Module({
  imports: [AgentsModule, ChatModule, GenerationModule, StreamingModule],
  controllers: [AgentTasksController, AiTasksController, PromptStreamsController, WorkflowController],
  providers: [
    PromptStreams,
    StreamService,
    StreamStats,
    TaskObservers,
    TaskService,
    TaskStreams,
    WorkflowService,
  ],
  exports: [StreamService],
})
export class AgentTasksModule {}
