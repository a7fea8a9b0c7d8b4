import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsObject,
  IsOptional,
  IsString,
  MinLength,
} from 'class-validator';
import { Nested } from '../../../common/validation/nested.js';
import { MOST_CALLS } from '../../../contracts/workflow.js';
import { AgentCallDto, NamedAgentDto, SequentialStepDto } from './agent-call.dto.js';
import { ANY_JSON } from './any-json.js';
import { WorkflowInputDto, WorkflowOptionsDto } from './workflow-input.dto.js';

const Calls = (dto: new () => object, description: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ description, type: [dto], minItems: 1, maxItems: MOST_CALLS }),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MOST_CALLS),
    IsObject({ each: true }),
    Nested(dto, { each: true }),
  );

export class SequentialWorkflowDto extends WorkflowInputDto {
  @Calls(
    SequentialStepDto,
    'Calls in their order. The first is given the input, each other one the output before it.',
  )
  steps!: SequentialStepDto[];
}

export class ParallelWorkflowDto extends WorkflowInputDto {
  @Calls(AgentCallDto, 'Calls that run at once, each with the input.')
  tasks!: AgentCallDto[];
}

export class HierarchicalWorkflowDto extends WorkflowInputDto {
  @ApiProperty({ description: 'Who divides the task, and merges the results.', type: NamedAgentDto })
  @IsObject()
  @Nested(NamedAgentDto)
  master!: NamedAgentDto;

  @Calls(NamedAgentDto, 'Who works: at once, each with the input and the instructions of the master.')
  subAgents!: NamedAgentDto[];
}

export class NamedWorkflowDto extends WorkflowOptionsDto {
  @ApiPropertyOptional({
    description: 'A name from `/api/coordinator/workflows`.',
    example: 'research-then-write',
    type: String,
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  workflowName?: string | null;

  @ApiPropertyOptional({ description: 'The same, where `workflowName` is not given.', type: String })
  @IsOptional()
  @IsString()
  @MinLength(1)
  workflow?: string | null;

  @ApiPropertyOptional({
    description: 'The task: any JSON value.',
    example: 'Why is the sky blue?',
    ...ANY_JSON,
  })
  @IsOptional()
  input?: unknown;

  @ApiPropertyOptional({ description: 'The same, where `input` is not given.', ...ANY_JSON })
  @IsOptional()
  inputs?: unknown;
}
