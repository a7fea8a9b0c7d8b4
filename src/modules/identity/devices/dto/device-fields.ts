import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { must } from '../../../../common/validation/must.js';

/** One line of text that people read. */
const isLine = (most: number) =>
  must(
    `be one line of 1 to ${most} characters`,
    (value) =>
      typeof value === 'string' &&
      value.trim() !== '' &&
      value.length <= most &&
      value.isWellFormed() &&
      !/\p{Cc}/u.test(value),
  );

export const LineField = (description: string, most: number): PropertyDecorator =>
  applyDecorators(ApiProperty({ description, minLength: 1, maxLength: most }), isLine(most));

export const OptionalLineField = (description: string, most: number): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, type: String, minLength: 1, maxLength: most }),
    IsOptional(),
    isLine(most),
  );

/** A text for machines, whose form is looked at by who uses it. */
export const TokenField = (description: string, most: number, example?: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ description, maxLength: most, example }),
    must(
      `be a text of 1 to ${most} characters`,
      (value) => typeof value === 'string' && value !== '' && value.length <= most,
    ),
  );

export const PUBLIC_KEY = 'Public Ed25519 key of the device: 32 bytes in base64 or base64url, or PEM.';
export const LONGEST_KEY = 200;
export const LONGEST_PROOF = 100;
