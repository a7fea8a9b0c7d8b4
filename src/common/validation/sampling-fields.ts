import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsFinite } from './is-finite.js';

const MOST_TEMPERATURE = 2;
const MOST_TOKENS = 1_000_000;
const MOST_ALTERNATIVES = 20;

/** How long an answer may be. */
export const MaxTokens = (description: string, byDefault?: number): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      description,
      ...(byDefault === undefined ? {} : { default: byDefault }),
      minimum: 1,
      maximum: MOST_TOKENS,
      type: 'integer',
    }),
    IsOptional(),
    IsInt(),
    Min(1),
    Max(MOST_TOKENS),
  );

/** How freely a model chooses its words. */
export const Temperature = (byDefault?: number): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      description: 'Randomness.',
      ...(byDefault === undefined ? {} : { default: byDefault }),
      minimum: 0,
      maximum: MOST_TEMPERATURE,
      type: Number,
    }),
    IsOptional(),
    IsFinite(),
    Min(0),
    Max(MOST_TEMPERATURE),
  );

/** Among how many of its words. */
export const TopP = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      description: 'Share of the likeliest tokens to choose from.',
      minimum: 0,
      maximum: 1,
      type: Number,
    }),
    IsOptional(),
    IsFinite(),
    Min(0),
    Max(1),
  );

/** How many likely tokens are told in the place of each. */
export const Alternatives = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, minimum: 0, maximum: MOST_ALTERNATIVES, type: 'integer' }),
    IsOptional(),
    IsInt(),
    Min(0),
    Max(MOST_ALTERNATIVES),
  );
