import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsFinite } from '../../../common/validation/is-finite.js';

const MOST_TOKENS = 1_000_000;
const MOST_PENALTY = 10;
const WHERE = 'For Ollama and servers of one’s own; elsewhere ignored, and said to be.';

const Penalty = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, minimum: 0, maximum: MOST_PENALTY, type: Number }),
    IsOptional(),
    IsFinite(),
    Min(0),
    Max(MOST_PENALTY),
  );

/** How a model chooses its words, in fields that OpenAI does not have. */
export class LocalSamplingDto {
  @ApiPropertyOptional({
    description: `How many of the likeliest tokens to choose from; 0 or -1 is all. ${WHERE}`,
    minimum: -1,
    type: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(-1)
  @Max(MOST_TOKENS)
  top_k?: number | null;

  @ApiPropertyOptional({
    description: `Least probability of a token, as a share of the likeliest one’s. ${WHERE}`,
    minimum: 0,
    maximum: 1,
    type: Number,
  })
  @IsOptional()
  @IsFinite()
  @Min(0)
  @Max(1)
  min_p?: number | null;

  @Penalty(`Discourages tokens that came before, the prompt’s too; 1 does nothing. ${WHERE}`)
  repetition_penalty?: number | null;

  @Penalty('The same, as Ollama and llama.cpp call it.')
  repeat_penalty?: number | null;
}
