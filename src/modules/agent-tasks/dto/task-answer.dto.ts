import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class TokenCountsDto {
  @ApiProperty({ description: 'Tokens of the prompt.' })
  prompt_tokens!: number;

  @ApiProperty({ description: 'Tokens of the answer.' })
  completion_tokens!: number;

  @ApiProperty({ description: 'Sum of both.' })
  total_tokens!: number;
}

export class TaskAnswerDto {
  @ApiProperty({ description: 'The id of `X-Generation-ID`.' })
  generation_id!: string;

  @ApiProperty({ description: 'The agent that answered, as it was named.' })
  agent_type!: string;

  @ApiProperty({ description: 'The model, as it was named.' })
  model!: string;

  @ApiProperty({ description: 'The whole answer.' })
  text!: string;

  @ApiPropertyOptional({ description: 'What the model thought before it answered.' })
  reasoning?: string;

  @ApiProperty({
    description: 'Why the answer ended.',
    enum: ['stop', 'length', 'tool_calls', 'content_filter'],
  })
  finish_reason!: string;

  @ApiProperty({ description: 'Tokens used.', type: TokenCountsDto })
  usage!: TokenCountsDto;
}

export class CancelledTaskDto {
  @ApiProperty({ description: 'Always true.' })
  cancelled!: true;

  @ApiProperty({ description: 'The generation that was cancelled.' })
  generation_id!: string;

  @ApiProperty({ description: 'Always `cancelled`.', enum: ['cancelled'] })
  status!: 'cancelled';
}
