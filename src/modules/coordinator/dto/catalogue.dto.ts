import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { WORKFLOW_STRATEGIES, type WorkflowStrategy } from '../../../contracts/workflow.js';
import { AgentCallDto, NamedAgentDto, SequentialStepDto } from './agent-call.dto.js';

export class CoordinatedAgentDto {
  @ApiProperty({ description: 'How it is named.' })
  key!: string;

  @ApiProperty({ description: 'What it is for.' })
  description!: string;

  @ApiProperty({ description: 'The methods it has.', type: [String] })
  methods!: readonly string[];
}

export class CoordinatedAgentsDto {
  @ApiProperty({ description: 'In the order of the configuration.', type: [CoordinatedAgentDto] })
  agents!: CoordinatedAgentDto[];
}

export class DeclaredWorkflowDto {
  @ApiProperty({ description: 'How it is named.' })
  name!: string;

  @ApiProperty({ description: 'What it is for.' })
  description!: string;

  @ApiProperty({ description: 'How its calls hang together.', enum: WORKFLOW_STRATEGIES })
  strategy!: WorkflowStrategy;

  @ApiPropertyOptional({ description: 'Of `sequential`.', type: [SequentialStepDto] })
  steps?: SequentialStepDto[];

  @ApiPropertyOptional({ description: 'Of `parallel`.', type: [AgentCallDto] })
  tasks?: AgentCallDto[];

  @ApiPropertyOptional({ description: 'Of `hierarchical`.', type: NamedAgentDto })
  master?: NamedAgentDto;

  @ApiPropertyOptional({ description: 'Of `hierarchical`.', type: [NamedAgentDto] })
  subAgents?: NamedAgentDto[];
}

export class DeclaredWorkflowsDto {
  @ApiProperty({ description: 'In the order of the configuration.', type: [DeclaredWorkflowDto] })
  workflows!: DeclaredWorkflowDto[];
}
