import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
} from 'class-validator';
import { Nested } from '../../../common/validation/nested.js';
import { AgentTaskDto } from './agent-task.dto.js';
import { TaskAnswerDto } from './task-answer.dto.js';
import { TaskOptionsDto } from './task-options.dto.js';

const MOST_STEPS = 32;

/** Steps that run one after the other, or a single one. */
export class CreateWorkflowDto extends TaskOptionsDto {
  @ApiPropertyOptional({ description: 'A name for people.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  name?: string | null;

  @ApiPropertyOptional({
    description:
      'Tasks in their order. Each is also given the answers before it, as `previous_results` of its context.',
    type: [AgentTaskDto],
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_STEPS)
  @IsObject({ each: true })
  @Nested(AgentTaskDto, { each: true })
  steps?: AgentTaskDto[] | null;

  @ApiPropertyOptional({ description: 'Without `steps`: the agent of the only one.', type: String })
  @IsOptional()
  @IsString()
  @MinLength(1)
  agent_type?: string | null;

  @ApiPropertyOptional({ description: 'Without `steps`: the task of the only one.', type: String })
  @IsOptional()
  @IsString()
  @MinLength(1)
  task?: string | null;
}

export class WorkflowDto {
  @ApiProperty({ description: 'Id of this run, such as `workflow-…`.' })
  workflow_id!: string;

  @ApiPropertyOptional({ description: 'The name it was given.' })
  name?: string;

  @ApiProperty({
    description:
      '`failed` comes with the status and the fields of an error; `results` then end before the failed step.',
    enum: ['completed', 'failed'],
  })
  status!: 'completed' | 'failed';

  @ApiProperty({ description: 'The answers, in the order of the steps.', type: [TaskAnswerDto] })
  results!: TaskAnswerDto[];
}
