import { ApiProperty } from '@nestjs/swagger';

class TokenAlternativeDto {
  @ApiProperty({ description: 'The token’s text.' })
  token!: string;

  @ApiProperty({ description: 'Natural logarithm of its probability.', maximum: 0 })
  logprob!: number;

  @ApiProperty({
    description: 'Its bytes, where the model server says them: one character may be several tokens.',
    type: [Number],
    nullable: true,
  })
  bytes!: number[] | null;
}

class TokenLogprobDto extends TokenAlternativeDto {
  @ApiProperty({
    description: 'The likeliest tokens in its place, as many as were asked for.',
    type: [TokenAlternativeDto],
  })
  top_logprobs!: TokenAlternativeDto[];
}

export class ChatLogprobsDto {
  @ApiProperty({ description: 'The tokens of the text, in their order.', type: [TokenLogprobDto] })
  content!: TokenLogprobDto[];

  @ApiProperty({ description: 'Always null.', type: Object, nullable: true })
  refusal!: null;
}

/** Lists of the same length. */
export class CompletionLogprobsDto {
  @ApiProperty({ description: 'The tokens of the completion, in their order.' })
  tokens!: string[];

  @ApiProperty({ description: 'Natural logarithms of their probabilities.', type: [Number] })
  token_logprobs!: number[];

  @ApiProperty({
    description:
      'The likeliest tokens in the place of each, with their logarithms; null where none were asked for.',
    type: 'array',
    items: { type: 'object', additionalProperties: { type: 'number' } },
    nullable: true,
  })
  top_logprobs!: Readonly<Record<string, number>>[] | null;

  @ApiProperty({ description: 'Where each begins in the text, in characters.', type: [Number] })
  text_offset!: number[];
}
