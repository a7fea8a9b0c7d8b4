import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsObject, IsOptional, Max, Min } from 'class-validator';
import { Nested } from '../../../common/validation/nested.js';
import { IsLogitBias } from '../../../common/validation/is-logit-bias.js';
import { IsStop } from '../../../common/validation/is-stop.js';
import { AnswerFor } from '../../../common/validation/answer-for.js';
import { GraceSeconds, OnDisconnect } from '../../../common/validation/leaving.js';
import { IsFinite } from '../../../common/validation/is-finite.js';
import { MaxTokens, Temperature, TopP } from '../../../common/validation/sampling-fields.js';
import { LocalSamplingDto } from './local-sampling.dto.js';

const DEFAULT_MAX_TOKENS = 1000;
export const DEFAULT_TEMPERATURE = 0.7;

export class StreamOptionsDto {
  @ApiPropertyOptional({ description: 'Adds a last chunk with the token counts.', default: false })
  @IsOptional()
  @IsBoolean()
  include_usage?: boolean | null;
}

/** What chat completions and completions of a prompt have in common. */
export class SamplingDto extends LocalSamplingDto {
  @MaxTokens('Most tokens one answer may have; settings may have another default.', DEFAULT_MAX_TOKENS)
  max_tokens?: number | null;

  @Temperature(DEFAULT_TEMPERATURE)
  temperature?: number | null;

  @TopP()
  top_p?: number | null;

  @ApiPropertyOptional({
    description: 'Number of answers.',
    default: 1,
    minimum: 1,
    maximum: 8,
    type: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(8)
  n?: number | null;

  @ApiPropertyOptional({
    description: 'Whether the answer comes as server-sent events.',
    default: false,
    type: Boolean,
  })
  @IsOptional()
  @IsBoolean()
  stream?: boolean | null;

  @ApiPropertyOptional({ description: 'Only with `stream`.', type: StreamOptionsDto })
  @IsOptional()
  @IsObject()
  @Nested(StreamOptionsDto)
  stream_options?: StreamOptionsDto | null;

  @ApiPropertyOptional({
    description: 'Text that ends an answer; not part of it.',
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    default: null,
    nullable: true,
  })
  @IsOptional()
  @IsStop()
  stop?: string | string[] | null;

  @ApiPropertyOptional({
    description: 'Makes backends that can do so answer alike each time.',
    type: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(Number.MIN_SAFE_INTEGER)
  @Max(Number.MAX_SAFE_INTEGER)
  seed?: number | null;

  @ApiPropertyOptional({
    description: 'Discourages tokens by how often they came.',
    minimum: -2,
    maximum: 2,
    type: Number,
  })
  @IsOptional()
  @IsFinite()
  @Min(-2)
  @Max(2)
  frequency_penalty?: number | null;

  @ApiPropertyOptional({
    description: 'Discourages tokens that came at all.',
    minimum: -2,
    maximum: 2,
    type: Number,
  })
  @IsOptional()
  @IsFinite()
  @Min(-2)
  @Max(2)
  presence_penalty?: number | null;

  @ApiPropertyOptional({
    description:
      'Numbers from -100 to 100 by token, for servers that take them; with others ignored, and said to be.',
    type: 'object',
    additionalProperties: { type: 'number' },
  })
  @IsOptional()
  @IsLogitBias()
  logit_bias?: Readonly<Record<string, number>> | null;

  @AnswerFor()
  user?: string | null;

  @OnDisconnect()
  on_disconnect?: 'cancel' | 'continue' | null;

  @GraceSeconds()
  grace_s?: number | null;

  @ApiPropertyOptional({
    description: '`/v1/agents/stream` only: pieces per frame, in place of the profile’s.',
    minimum: 1,
    maximum: 100,
    type: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  chunk_size?: number | null;

  @ApiPropertyOptional({
    description: '`/v1/agents/stream` only: deadline in seconds, in place of the profile’s.',
    minimum: 1,
    maximum: 600,
    type: Number,
  })
  @IsOptional()
  @IsFinite()
  @Min(1)
  @Max(600)
  timeout?: number | null;

  @ApiPropertyOptional({
    description: '`/v1/agents/stream` only: pieces that may wait, in place of the profile’s.',
    minimum: 1,
    maximum: 5000,
    type: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(5000)
  buffer_size?: number | null;
}
