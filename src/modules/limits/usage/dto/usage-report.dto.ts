import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class UsageRowDto {
  @ApiPropertyOptional({ description: 'In UTC.', format: 'date' })
  day?: string;

  @ApiPropertyOptional({ description: 'The model’s name at its backend.' })
  model?: string;

  @ApiPropertyOptional({ description: 'Whose use it was.' })
  user?: string;

  @ApiPropertyOptional({ description: 'Id of the API key; empty without one.' })
  key?: string;

  @ApiPropertyOptional({ description: 'The device that asked; empty without one.' })
  device?: string;

  @ApiPropertyOptional({ description: 'The agent that answered; empty without one.' })
  agent?: string;

  @ApiPropertyOptional({
    description:
      'Method and route, or of a socket the request that opened it; empty where that was not kept.',
    example: 'POST /v1/chat/completions',
  })
  endpoint?: string;

  @ApiProperty({
    description: 'Generations, and calls for vectors, that a model has worked for.',
    type: 'integer',
  })
  requests!: number;

  @ApiProperty({ description: 'What models have read.', type: 'integer' })
  prompt_tokens!: number;

  @ApiProperty({ description: 'What they have said.', type: 'integer' })
  completion_tokens!: number;

  @ApiProperty({ description: 'Both together.', type: 'integer' })
  total_tokens!: number;

  @ApiProperty({ description: 'In US dollars, of the requests whose cost is known.' })
  cost_dollars!: number;

  @ApiProperty({ description: 'Requests of models whose cost is not known.', type: 'integer' })
  unpriced_requests!: number;
}

export class UsageReportDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ description: 'First day, in UTC.', format: 'date' })
  from!: string;

  @ApiProperty({ description: 'Last day, in UTC.', format: 'date' })
  to!: string;

  @ApiProperty({ description: 'The newest day first, then the largest use.', type: [UsageRowDto] })
  data!: UsageRowDto[];

  @ApiProperty({ description: 'Of everything, also of rows that are left out.', type: UsageRowDto })
  total!: UsageRowDto;

  @ApiProperty({
    description: 'There are more rows than are given; a shorter time or fewer groups give all.',
  })
  has_more!: boolean;
}
