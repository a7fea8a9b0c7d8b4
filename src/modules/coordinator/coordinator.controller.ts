import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sayUnknownFields } from '../../common/validation/say-unknown-fields.js';
import { CoordinatorService } from './coordinator.service.js';
import { ApiWorkflowRun } from './dto/api-workflow-run.js';
import {
  HierarchicalWorkflowDto,
  NamedWorkflowDto,
  ParallelWorkflowDto,
  SequentialWorkflowDto,
} from './dto/run-workflow.dto.js';
import type { WorkflowResultDto } from './dto/workflow-result.dto.js';
import { toHierarchicalPlan, toParallelPlan, toSequentialPlan } from './to-plan.js';

/** Workflows over several agents, for clients who wait for what comes of them. */
@ApiTags('coordinator')
@Controller('api/coordinator')
export class CoordinatorController {
  constructor(@Inject(CoordinatorService) private readonly coordinator: CoordinatorService) {}

  @Post('workflow')
  @HttpCode(200)
  @ApiWorkflowRun('Runs a workflow of the configuration')
  workflow(
    @Body() body: NamedWorkflowDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkflowResultDto> {
    sayUnknownFields(reply, body, NamedWorkflowDto);
    return this.coordinator.executeWorkflow(body, { request, reply });
  }

  @Post('sequential')
  @HttpCode(200)
  @ApiWorkflowRun('Calls agents one after the other, each with the output before it')
  sequential(
    @Body() body: SequentialWorkflowDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkflowResultDto> {
    sayUnknownFields(reply, body, SequentialWorkflowDto);
    return this.coordinator.execute(toSequentialPlan(body), body, { request, reply });
  }

  @Post('parallel')
  @HttpCode(200)
  @ApiWorkflowRun('Calls agents at once, each with the same input')
  parallel(
    @Body() body: ParallelWorkflowDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkflowResultDto> {
    sayUnknownFields(reply, body, ParallelWorkflowDto);
    return this.coordinator.execute(toParallelPlan(body), body, { request, reply });
  }

  @Post('hierarchical')
  @HttpCode(200)
  @ApiWorkflowRun('Has a master divide a task among agents, and merge what they hand back')
  hierarchical(
    @Body() body: HierarchicalWorkflowDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkflowResultDto> {
    sayUnknownFields(reply, body, HierarchicalWorkflowDto);
    return this.coordinator.execute(toHierarchicalPlan(body), body, { request, reply });
  }
}
