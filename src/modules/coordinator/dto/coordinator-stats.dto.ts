import { ApiProperty } from '@nestjs/swagger';

export class WorkflowCountsDto {
  @ApiProperty({ description: 'Workflows that are over.' })
  totalWorkflows!: number;

  @ApiProperty({ description: 'Workflows of which every call succeeded.' })
  successfulWorkflows!: number;

  @ApiProperty({ description: 'Workflows of which a call failed.' })
  failedWorkflows!: number;

  @ApiProperty({ description: 'Workflows that their callers ended.' })
  cancelledWorkflows!: number;

  @ApiProperty({ description: 'Share of workflows that did not fail, in percent.', example: '97.00%' })
  successRate!: string;

  @ApiProperty({ description: 'How long a workflow took on average.', example: '2500ms' })
  avgDuration!: string;
}

class CountsByStrategyDto {
  @ApiProperty({ description: 'Chains.', type: WorkflowCountsDto })
  sequential!: WorkflowCountsDto;

  @ApiProperty({ description: 'Tasks beside each other.', type: WorkflowCountsDto })
  parallel!: WorkflowCountsDto;

  @ApiProperty({ description: 'A master and those who work for it.', type: WorkflowCountsDto })
  hierarchical!: WorkflowCountsDto;
}

export class CoordinatorStatsDto extends WorkflowCountsDto {
  @ApiProperty({ description: 'The same by strategy.', type: CountsByStrategyDto })
  byStrategy!: CountsByStrategyDto;
}
