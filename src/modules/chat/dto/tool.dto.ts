import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { must } from '../../../common/validation/must.js';
import { Nested } from '../../../common/validation/nested.js';

/** What a tool may be called. */
export const IsToolName = () =>
  applyDecorators(
    IsString(),
    Matches(/^[\w.-]{1,64}$/, {
      message: 'name must be 1 to 64 letters, digits, dashes, dots or underscores',
    }),
  );

export class FunctionDefinitionDto {
  @ApiProperty({ description: 'Name of the function.' })
  @IsToolName()
  name!: string;

  @ApiPropertyOptional({ description: 'What it does, for the model.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(65_536)
  description?: string | null;

  @ApiPropertyOptional({ description: 'JSON Schema of its arguments.', type: Object })
  @IsOptional()
  @IsObject()
  parameters?: Record<string, unknown> | null;

  @ApiPropertyOptional({ description: 'Ask the backend to hold on to the schema.', type: Boolean })
  @IsOptional()
  @IsBoolean()
  strict?: boolean | null;
}

export class ToolDto {
  @ApiProperty({ description: 'Always `function`.', enum: ['function'] })
  @IsIn(['function'])
  type!: 'function';

  @ApiProperty({ description: 'The function.', type: FunctionDefinitionDto })
  @IsObject()
  @Nested(FunctionDefinitionDto)
  function!: FunctionDefinitionDto;
}

export type ToolChoiceBody = 'none' | 'auto' | 'required' | { type: 'function'; function: { name: string } };

export const IsToolChoice = () =>
  must(
    'be none, auto, required, or name one of the tools',
    (value, { tools }) =>
      value === 'none' ||
      value === 'auto' ||
      value === 'required' ||
      isOffered((value as NamedChoice).function?.name, tools),
  );

export type FunctionChoiceBody = 'none' | 'auto' | { name: string };

export const IsFunctionChoice = () =>
  must(
    'be none, auto, or name one of the functions',
    (value, { functions }) =>
      value === 'none' || value === 'auto' || isAmong((value as { name?: unknown }).name, functions),
  );

const isAmong = (name: unknown, functions: unknown): boolean =>
  typeof name === 'string' &&
  Array.isArray(functions) &&
  functions.some((each: { name?: unknown } | null) => each?.name === name);

interface NamedChoice {
  function?: { name?: unknown } | null;
}

const isOffered = (name: unknown, tools: unknown): boolean =>
  typeof name === 'string' &&
  Array.isArray(tools) &&
  tools.some((tool: NamedChoice | null) => tool?.function?.name === name);

export type ResponseFormatBody =
  | { type: 'text' }
  | { type: 'json_object' }
  | {
      type: 'json_schema';
      json_schema: { name: string; schema?: Record<string, unknown>; strict?: boolean };
    };

export const IsResponseFormat = () =>
  must('be of type text, json_object, or json_schema with a name and a schema', (value) => {
    const { type, json_schema: schema } = value as {
      type?: unknown;
      json_schema?: { name?: unknown; schema?: unknown };
    };
    if (type !== 'json_schema') return type === 'text' || type === 'json_object';
    return typeof schema?.name === 'string' && (schema.schema === undefined || isObject(schema.schema));
  });

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
