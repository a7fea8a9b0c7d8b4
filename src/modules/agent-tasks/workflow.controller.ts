import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CATALOGUE } from '../../common/errors/error-catalogue.js';
import { renderError } from '../../common/errors/render-error.js';
import { routeOf } from '../../common/http/request-context.js';
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
  async create(
    @Body() body: CreateWorkflowDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkflowDto> {
    const { workflow, error } = await this.workflows.run(body, { request, reply });
    if (error === undefined) return workflow;
    reply.status(ERROR_CATALOGUE[error.code].status);
    if (error.retryAfterS !== undefined) reply.header('retry-after', String(error.retryAfterS));
    const { code, message } = error;
    return { ...renderError(routeOf(request), { code, message }), ...workflow };
  }
}
