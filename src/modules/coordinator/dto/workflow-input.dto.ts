import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional } from 'class-validator';
import { must } from '../../../common/validation/must.js';
import { Nested } from '../../../common/validation/nested.js';
import { TaskOptionsDto } from '../../agent-tasks/index.js';
import { ANY_JSON } from './any-json.js';

/** Any JSON value that says something. */
const IsInput = () => must('not be empty', (value) => value !== undefined && value !== '');

export class WorkflowOptionsDto {
  @ApiPropertyOptional({
    description: 'Of every step: model, tokens, randomness, context and what else a task may have.',
    type: TaskOptionsDto,
  })
  @IsOptional()
  @IsObject()
  @Nested(TaskOptionsDto)
  options?: TaskOptionsDto | null;
}

export class WorkflowInputDto extends WorkflowOptionsDto {
  @ApiProperty({
    description:
      'The task: any JSON value. A text is given to agents as it is, anything else as its JSON text.',
    example: 'test',
    ...ANY_JSON,
  })
  @IsInput()
  input!: unknown;
}
