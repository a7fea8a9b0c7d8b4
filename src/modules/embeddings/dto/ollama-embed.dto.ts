import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsObject, IsOptional, IsString, Max, Min, MinLength } from 'class-validator';
import { must } from '../../../common/validation/must.js';
import { MOST_DIMENSIONS } from './create-embedding.dto.js';

const MOST_INPUTS = 2048;

const IsTextOrTexts = () =>
  must(
    `be a string or a list of at most ${MOST_INPUTS} strings`,
    (value) =>
      typeof value === 'string' ||
      (Array.isArray(value) &&
        value.length <= MOST_INPUTS &&
        value.every((text) => typeof text === 'string')),
  );

const IsDuration = () =>
  must(
    'be a duration such as "5m", or seconds',
    (value) => typeof value === 'string' || typeof value === 'number',
  );

/** What both of Ollama's routes know. */
export class OllamaModelDto {
  @ApiProperty({ description: 'A name from `/v1/models`.', example: 'nomic-embed-text' })
  @IsString()
  @MinLength(1)
  model!: string;

  @ApiPropertyOptional({
    description: 'Settings of the model, as Ollama knows them.',
    type: Object,
    default: null,
  })
  @IsOptional()
  @IsObject()
  options?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    description: 'How long the model stays in memory afterwards.',
    oneOf: [{ type: 'string' }, { type: 'number' }],
  })
  @IsOptional()
  @IsDuration()
  keep_alive?: string | number | null;
}

export class OllamaEmbeddingsDto extends OllamaModelDto {
  @ApiProperty({ description: 'What to embed.' })
  @IsString()
  prompt!: string;
}

export class OllamaEmbedDto extends OllamaModelDto {
  @ApiProperty({
    description: `What to embed: a text, or a list of at most ${MOST_INPUTS}.`,
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  })
  @IsTextOrTexts()
  input!: string | string[];

  @ApiPropertyOptional({
    description: 'False: a text that is too long is an error.',
    type: Boolean,
    default: true,
  })
  @IsOptional()
  @IsBoolean()
  truncate?: boolean | null;

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
}
