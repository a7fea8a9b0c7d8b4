import { ApiProperty } from '@nestjs/swagger';
import { OVERHEAD_HEADER } from '../../../common/http/api-overhead.js';

export const EMBEDDING_HEADERS = {
  ...OVERHEAD_HEADER,
  'X-Cache': {
    description:
      '`hit` when all vectors came from the cache, `miss` when not, `bypass` when it was not asked: with `Cache-Control: no-cache` ' +
      '(the new vectors are kept) or `no-store` (they are not).',
    schema: { type: 'string' as const, enum: ['hit', 'miss', 'bypass'] },
  },
  'X-Ignored-Parameters': {
    description: 'Fields of the request that had no effect.',
    schema: { type: 'string' as const },
  },
};

export class EmbeddingDto {
  @ApiProperty({ description: 'Always `embedding`.', enum: ['embedding'] })
  object!: 'embedding';

  @ApiProperty({ description: 'Place of its text in `input`.', type: 'integer' })
  index!: number;

  @ApiProperty({
    description: 'The vector, in the encoding that was asked for.',
    oneOf: [
      { type: 'array', items: { type: 'number' } },
      { type: 'string', format: 'byte' },
    ],
  })
  embedding!: number[] | string;
}

export class EmbeddingUsageDto {
  @ApiProperty({
    description: 'Tokens of all inputs, also of those that came from the cache.',
    type: 'integer',
  })
  prompt_tokens!: number;

  @ApiProperty({ description: 'The same.', type: 'integer' })
  total_tokens!: number;
}

export class EmbeddingListDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ description: 'One vector for each input, in their order.', type: [EmbeddingDto] })
  data!: EmbeddingDto[];

  @ApiProperty({ description: 'The model as it was asked for.' })
  model!: string;

  @ApiProperty({ description: 'What the inputs took.', type: EmbeddingUsageDto })
  usage!: EmbeddingUsageDto;
}

export class OllamaEmbeddingDto {
  @ApiProperty({ description: 'The vector.', type: [Number] })
  embedding!: number[];
}

export class OllamaEmbeddingsAnswerDto {
  @ApiProperty({ description: 'The model as it was asked for.' })
  model!: string;

  @ApiProperty({
    description: 'One vector for each input, in their order.',
    type: 'array',
    items: { type: 'array', items: { type: 'number' } },
  })
  embeddings!: number[][];

  @ApiProperty({ description: 'Nanoseconds the request took.', type: 'integer' })
  total_duration!: number;

  @ApiProperty({
    description: 'Nanoseconds the model took to load; the gateway does not know.',
    type: 'integer',
  })
  load_duration!: number;

  @ApiProperty({
    description: 'Tokens of all inputs, also of those that came from the cache.',
    type: 'integer',
  })
  prompt_eval_count!: number;
}
