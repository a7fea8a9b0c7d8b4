import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller } from '../../common/http/caller.decorator.js';
import { sayUnknownFields } from '../../common/validation/say-unknown-fields.js';
import type { Principal } from '../../contracts/principal.js';
import { ApiIdempotencyKey } from '../chat/index.js';
import { ApiTaskStream } from './dto/api-task-stream.js';
import { AgentTaskDto } from './dto/agent-task.dto.js';
import { AgentTaskQueryDto } from './dto/agent-task-query.dto.js';
import { CancelledTaskDto, TaskAnswerDto } from './dto/task-answer.dto.js';
import { TaskStreams } from './task-streams.js';
import { TaskService } from './task.service.js';

@ApiTags('agent tasks')
@Controller('agent')
export class AgentTasksController {
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

  @Get('stream')
  @ApiTaskStream('The same for event sources of browsers; without a task, the caller’s tasks that run')
  open(
    @Query() query: AgentTaskQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.streams.open(query, { request, reply });
  }

  @Post('generate')
  @HttpCode(200)
  @ApiOperation({ summary: 'An agent’s whole answer to a task' })
  @ApiIdempotencyKey()
  @ApiOkResponse({ type: TaskAnswerDto })
  generate(
    @Body() task: AgentTaskDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskAnswerDto> {
    sayUnknownFields(reply, task, AgentTaskDto);
    return this.tasks.run(task, { request, reply });
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
