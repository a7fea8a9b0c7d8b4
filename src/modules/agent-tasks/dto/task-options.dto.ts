import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, IsString, MinLength } from 'class-validator';
import { AnswerFor } from '../../../common/validation/answer-for.js';
import { GraceSeconds, OnDisconnect } from '../../../common/validation/leaving.js';
import { MaxTokens, Temperature } from '../../../common/validation/sampling-fields.js';

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

  @MaxTokens('Most tokens the answer may have.')
  max_tokens?: number | null;

  @Temperature()
  temperature?: number | null;

  @AnswerFor()
  user?: string | null;

  @OnDisconnect()
  on_disconnect?: 'cancel' | 'continue' | null;

  @GraceSeconds()
  grace_s?: number | null;
}
