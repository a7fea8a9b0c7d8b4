import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';

/** Whom a caller speaks for, as far as their credential does not say so. */
export const AnswerFor = (what = 'answer'): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      description: `Who the ${what} is for; goes on record when no token says it.`,
      type: String,
    }),
    IsOptional(),
    IsString(),
    MaxLength(255),
  );
