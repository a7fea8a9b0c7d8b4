import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MinLength } from 'class-validator';
import { must, mustHaveNoFault } from '../../../common/validation/must.js';
import { Alternatives } from '../../../common/validation/sampling-fields.js';
import { SamplingDto } from './sampling.dto.js';

const MOST_PROMPTS = 8;

const IsPrompt = () =>
  must(
    `be a string or a list of at most ${MOST_PROMPTS} strings; lists of tokens are not supported`,
    (value) =>
      typeof value === 'string' ||
      (Array.isArray(value) &&
        value.length > 0 &&
        value.length <= MOST_PROMPTS &&
        value.every((text) => typeof text === 'string')),
  );

export class CreateCompletionDto extends SamplingDto {
  @ApiPropertyOptional({
    description: 'A name from `/v1/models`. Required under `/v1`; elsewhere the agent’s or the default.',
    example: 'phi3',
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  model?: string | null;

  @ApiProperty({
    description: 'What to complete, byte for byte.',
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  })
  @IsPrompt()
  prompt!: string | string[];

  @ApiPropertyOptional({
    description: 'Text that comes after the completion, for models that can fill in.',
    type: String,
  })
  @IsOptional()
  @IsString()
  suffix?: string | null;

  @ApiPropertyOptional({ description: 'Repeat the prompt before the answer. Not in streams.', type: Boolean })
  @IsOptional()
  @IsBoolean()
  echo?: boolean | null;

  @Alternatives(
    'Asks for the log probabilities of the completion’s tokens, and for so many of the likeliest in the place of each.',
  )
  logprobs?: number | null;

  @ApiPropertyOptional({
    description: 'As many as `n`, or 1: the gateway does not rank answers.',
    type: 'integer',
  })
  @IsOptional()
  @mustHaveNoFault((value, { n }) =>
    value === 1 || value === n ? undefined : 'best_of other than n is not supported',
  )
  best_of?: number | null;
}
