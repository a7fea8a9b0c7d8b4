import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Max, Min, MinLength } from 'class-validator';
import { must } from '../../../common/validation/must.js';

const MOST_INPUTS = 2048;
export const MOST_DIMENSIONS = 65_536;

/** OpenAI's limits. Token lists cannot be turned back into the text that other servers want. */
const IsEmbeddingInput = () =>
  must(
    `be a text that is not empty, or a list of at most ${MOST_INPUTS} of them; tokens are not supported`,
    (value) =>
      isText(value) ||
      (Array.isArray(value) && value.length > 0 && value.length <= MOST_INPUTS && value.every(isText)),
  );

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

export class CreateEmbeddingDto {
  @ApiProperty({ description: 'A name from `/v1/models`.', example: 'nomic-embed-text' })
  @IsString()
  @MinLength(1)
  model!: string;

  @ApiProperty({
    description: `What to embed: a text, or a list of at most ${MOST_INPUTS}.`,
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  })
  @IsEmbeddingInput()
  input!: string | string[];

  @ApiPropertyOptional({
    description: 'Numbers, or little-endian float32 in base64. Both are the same vector.',
    enum: ['float', 'base64'],
    default: 'float',
  })
  @IsOptional()
  @IsIn(['float', 'base64'])
  encoding_format?: 'float' | 'base64' | null;

  @ApiPropertyOptional({
    description: 'Length of the vectors, for models that let it be chosen.',
    type: 'integer',
    minimum: 1,
    maximum: MOST_DIMENSIONS,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_DIMENSIONS)
  dimensions?: number | null;

  @ApiPropertyOptional({ description: 'Who asks, for the record.', type: String })
  @IsOptional()
  @IsString()
  user?: string | null;
}
