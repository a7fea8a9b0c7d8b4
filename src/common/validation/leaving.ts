import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Max, Min } from 'class-validator';
import { IsFinite } from './is-finite.js';

const CHOICES = ['cancel', 'continue'];

/** What becomes of an answer when its caller leaves. */
export const OnDisconnect = (
  description = 'What becomes of the answer when the caller leaves; also as `X-On-Disconnect`.',
): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, enum: CHOICES, default: 'cancel', type: String }),
    IsOptional(),
    IsIn(CHOICES),
  );

/** The same where an event source of a browser reads, which comes back by itself. */
export const OnSourceGone = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      description: 'What becomes of the answer when its reader leaves; without it, it goes on for 15 s.',
      enum: CHOICES,
    }),
    IsOptional(),
    IsIn(CHOICES),
  );

/** Seconds that it may go on. */
export const GraceSeconds = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      description: 'With `continue`: seconds until it is stopped, unless somebody reads it again.',
      minimum: 1,
      maximum: 300,
      default: 30,
      type: Number,
    }),
    IsOptional(),
    IsFinite(),
    Min(1),
    Max(300),
  );
