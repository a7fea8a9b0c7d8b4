import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { WORKFLOW_STRATEGIES, type WorkflowStrategy } from '../../../contracts/workflow.js';
import { TokenCountsDto } from '../../agent-tasks/index.js';
import { ANY_JSON } from './any-json.js';

export class StepErrorDto {
  @ApiProperty({ description: 'A code of docs/errors.md.' })
  code!: string;

  @ApiProperty({ description: 'What happened, for people.' })
  message!: string;
}

export class StepResultDto {
  @ApiProperty({ description: 'The agent that was called.' })
  agent!: string;

  @ApiProperty({ description: 'Its method.' })
  method!: string;

  @ApiPropertyOptional({
    description: 'Of hierarchies: what the call was for. The master has the first and the last.',
    enum: ['delegate', 'execute', 'merge'],
  })
  phase?: 'delegate' | 'execute' | 'merge';

  @ApiProperty({ description: 'Whether there is an output.' })
  success!: boolean;

  @ApiProperty({
    description:
      'The answer, as its transform made it: a text, or any JSON value by `json`. Null when it failed.',
    ...ANY_JSON,
  })
  output!: unknown;

  @ApiProperty({
    description: 'Why the model ended, such as `stop`, or `length` where it was cut. Null when it failed.',
    type: String,
    nullable: true,
  })
  finish_reason!: string | null;

  @ApiProperty({ description: 'Its generation. Null when none began.', type: String, nullable: true })
  generation_id!: string | null;

  @ApiProperty({ description: 'The model. Null when none began.', type: String, nullable: true })
  model!: string | null;

  @ApiProperty({ description: 'Tokens used.', type: TokenCountsDto })
  usage!: TokenCountsDto;

  @ApiProperty({ description: 'How long it took.' })
  durationMs!: number;

  @ApiPropertyOptional({ description: 'Why it failed.', type: StepErrorDto })
  error?: StepErrorDto;
}

export class WorkflowResultDto {
  @ApiProperty({
    description: 'False when a call failed. Where nothing came of it, the fields of an error are here too.',
  })
  success!: boolean;

  @ApiProperty({ description: 'Id of this run, such as `workflow-…`.' })
  workflow_id!: string;

  @ApiPropertyOptional({ description: 'Of a workflow that was asked for by its name.' })
  name?: string;

  @ApiProperty({ description: 'How the calls hang together.', enum: WORKFLOW_STRATEGIES })
  strategy!: WorkflowStrategy;

  @ApiProperty({
    description:
      'The calls that were made, in the order of the request; the last of a chain may have failed.',
    type: [StepResultDto],
  })
  results!: StepResultDto[];

  @ApiProperty({
    description:
      'Of a chain the last output, of parallel tasks a list of theirs with null for those that failed, of a hierarchy what ' +
      'the master made of all. Null when it failed.',
    ...ANY_JSON,
  })
  output!: unknown;

  @ApiProperty({ description: 'Tokens of all calls.', type: TokenCountsDto })
  usage!: TokenCountsDto;

  @ApiProperty({ description: 'How long it took.' })
  durationMs!: number;
}
