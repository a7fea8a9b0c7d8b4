import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Usage } from '../../contracts/usage.js';

export class PromptTokensDetailsDto {
  @ApiProperty({ description: 'Prompt tokens taken from the backend’s cache.' })
  cached_tokens!: number;
}

export class CompletionTokensDetailsDto {
  @ApiProperty({ description: 'Tokens spent on reasoning.' })
  reasoning_tokens!: number;
}

export class UsageDto {
  @ApiProperty({ description: 'Tokens of the prompt.' })
  prompt_tokens!: number;

  @ApiProperty({ description: 'Tokens of all answers together.' })
  completion_tokens!: number;

  @ApiProperty({ description: 'Sum of both.' })
  total_tokens!: number;

  @ApiProperty({ description: 'What the prompt tokens consist of.', type: PromptTokensDetailsDto })
  prompt_tokens_details!: PromptTokensDetailsDto;

  @ApiProperty({ description: 'What the completion tokens consist of.', type: CompletionTokensDetailsDto })
  completion_tokens_details!: CompletionTokensDetailsDto;

  @ApiPropertyOptional({
    description:
      'There where the backend did not say all of it: the answer is counted by the pieces that came, the prompt by its length.',
    enum: [true],
  })
  estimated?: true;
}

/** OpenAI's form, in which every count is a number: unknown ones are 0 there. */
export function toUsageDto({
  promptTokens = 0,
  completionTokens = 0,
  cachedTokens = 0,
  reasoningTokens = 0,
  estimated,
}: Usage): UsageDto {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
    ...(estimated && { estimated }),
  };
}
