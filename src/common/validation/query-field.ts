import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { must } from './must.js';

/** A parameter of a query: a text, given once. Who gives another is told `<field> must be <kind>`. */
export const QueryField = (
  about: ApiPropertyOptions,
  isValid: (text: string) => boolean,
  kind: string,
): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional(about),
    IsOptional(),
    must(`be ${kind}`, (value) => typeof value === 'string' && isValid(value)),
  );
