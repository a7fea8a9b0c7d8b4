import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller } from '../../common/http/caller.decorator.js';
import { sayUnknownFields } from '../../common/validation/say-unknown-fields.js';
import type { Principal } from '../../contracts/principal.js';
import { ApiTaskStream } from './dto/api-task-stream.js';
import { AgentTaskDto, NamedTaskDto } from './dto/agent-task.dto.js';
import { CancelledTaskDto } from './dto/task-answer.dto.js';
import { TaskStreams } from './task-streams.js';
import { TaskService } from './task.service.js';

@ApiTags('agent tasks')
@Controller('api/v1/ai')
export class AiTasksController {
  constructor(
    @Inject(TaskStreams) private readonly streams: TaskStreams,
    @Inject(TaskService) private readonly tasks: TaskService,
  ) {}

  @Post('stream')
  @HttpCode(200)
  @ApiTaskStream('An agent’s answer to a task, token by token')
  stream(
    @Body() task: AgentTaskDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sayUnknownFields(reply, task, AgentTaskDto);
    return this.streams.stream(task, { request, reply });
  }

  @Post(':agent_type/stream')
  @HttpCode(200)
  @ApiParam({ name: 'agent_type', description: 'Key of a configured agent, such as `qa_engineer`.' })
  @ApiTaskStream('The same, of the agent that the path names')
  streamOf(
    @Param('agent_type') agent_type: string,
    @Body() task: NamedTaskDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sayUnknownFields(reply, task, NamedTaskDto);
    return this.streams.stream({ ...task, agent_type }, { request, reply }, { otherwise: 'agent_not_found' });
  }

  @Post('cancel/:id')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stops a running task; 404 when it is unknown or has ended' })
  @ApiParam({ name: 'id', description: 'Id of the task’s generation, as `X-Generation-ID` says it.' })
  @ApiOkResponse({ type: CancelledTaskDto })
  cancel(@Param('id') id: string, @Caller() caller: Principal): Promise<CancelledTaskDto> {
    return this.tasks.cancel(id, caller);
  }
}
