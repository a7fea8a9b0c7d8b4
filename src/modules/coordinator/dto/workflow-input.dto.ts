import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, ValidateBy } from 'class-validator';
import { Nested } from '../../../common/validation/nested.js';
import { TaskOptionsDto } from '../../agent-tasks/index.js';
import { ANY_JSON } from './any-json.js';

/** Any JSON value that says something. */
const IsInput = (): PropertyDecorator =>
  ValidateBy({
    name: 'isInput',
    validator: {
      validate: (value: unknown) => value !== undefined && value !== '',
      defaultMessage: () => '$property must not be empty',
    },
  });

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
