import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsObject, IsOptional, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';
import { GraceSeconds, OnDisconnect } from '../../../common/validation/leaving.js';
import { Temperature } from '../../../common/validation/sampling-fields.js';

const MOST_TOKENS = 1_000_000;

/** What may be said of a task besides the task. */
export class TaskOptionsDto {
  @ApiPropertyOptional({
    description: 'What the agent should know besides. Put behind the task as JSON when it is not empty.',
    type: Object,
    default: {},
  })
  @IsOptional()
  @IsObject()
  context?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    description: 'A name from `/v1/models`; without it the agent’s or the default.',
    example: 'phi4',
    type: String,
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  model?: string | null;

  @ApiPropertyOptional({ description: 'Most tokens the answer may have.', minimum: 1, type: Number })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_TOKENS)
  max_tokens?: number | null;

  @Temperature()
  temperature?: number | null;

  @ApiPropertyOptional({
    description: 'Who the answer is for; goes on record when no token says it.',
    type: String,
  })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  user?: string | null;

  @OnDisconnect()
  on_disconnect?: 'cancel' | 'continue' | null;

  @GraceSeconds()
  grace_s?: number | null;
}
