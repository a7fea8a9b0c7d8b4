import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../common/http/caller.decorator.js';
import type { Principal } from '../../contracts/principal.js';
import { RoutingTable } from '../models/index.js';
import { methodsOf } from './agent-methods.js';
import { CoordinatorStats } from './coordinator-stats.js';
import { CoordinatedAgentsDto, DeclaredWorkflowsDto } from './dto/catalogue.dto.js';
import { CoordinatorStatsDto } from './dto/coordinator-stats.dto.js';
import { toDeclaredWorkflow } from './to-declared-workflow.js';
import { WorkflowCatalogue } from './workflow-catalogue.js';

/** What can be run, and what was. */
@ApiTags('coordinator')
@Controller('api/coordinator')
export class CoordinatorCatalogueController {
  constructor(
    @Inject(RoutingTable) private readonly routing: RoutingTable,
    @Inject(WorkflowCatalogue) private readonly catalogue: WorkflowCatalogue,
    @Inject(CoordinatorStats) private readonly stats: CoordinatorStats,
  ) {}

  @Get('workflows')
  @ApiOperation({ summary: 'The workflows of the configuration' })
  @ApiOkResponse({ type: DeclaredWorkflowsDto })
  workflows(): DeclaredWorkflowsDto {
    return { workflows: this.catalogue.all.map(toDeclaredWorkflow) };
  }

  @Get('agents')
  @ApiOperation({ summary: 'The agents that can be called, and their methods' })
  @ApiOkResponse({ type: CoordinatedAgentsDto })
  agents(): CoordinatedAgentsDto {
    const { agents } = this.routing.current;
    return {
      agents: agents.map((agent) => ({
        key: agent.key,
        description: agent.description,
        methods: methodsOf(agent),
      })),
    };
  }

  @Get('stats')
  @ApiOperation({ summary: 'How many workflows the caller’s tenant had, and what came of them' })
  @ApiOkResponse({ type: CoordinatorStatsDto })
  all(@Caller() caller: Principal): CoordinatorStatsDto {
    return this.stats.of(caller);
  }

  @Post('stats/reset')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sets the figures of the administrator’s tenant back to nothing' })
  @ApiOkResponse({ description: 'The figures as they are now.', type: CoordinatorStatsDto })
  reset(@Caller() caller: Principal): CoordinatorStatsDto {
    this.stats.reset(caller);
    return this.stats.of(caller);
  }
}
