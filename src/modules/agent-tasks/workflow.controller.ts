import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sayUnknownFields } from '../../common/validation/say-unknown-fields.js';
import { ApiIdempotencyKey } from '../chat/index.js';
import { CreateWorkflowDto, WorkflowDto } from './dto/workflow.dto.js';
import { WorkflowService } from './workflow.service.js';

@ApiTags('agent tasks')
@Controller('workflow')
export class WorkflowController {
  constructor(@Inject(WorkflowService) private readonly workflows: WorkflowService) {}

  @Post('create')
  @HttpCode(200)
  @ApiOperation({ summary: 'Runs tasks one after the other, each with the answers before it' })
  @ApiIdempotencyKey()
  @ApiOkResponse({ type: WorkflowDto })
  create(
    @Body() body: CreateWorkflowDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkflowDto> {
    sayUnknownFields(reply, body, CreateWorkflowDto);
    return this.workflows.run(body, { request, reply });
  }
}
