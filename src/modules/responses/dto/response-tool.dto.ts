import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
} from 'class-validator';
import { Nested } from '../../../common/validation/nested.js';
import { FunctionDefinitionDto, IsToolName } from '../../chat/index.js';

/** Of a request as of one namespace. */
export const MOST_TOOLS = 128;
const LONGEST_DESCRIPTION = 65_536;

export class FunctionToolDto extends FunctionDefinitionDto {
  @ApiProperty({ description: 'Which kind of tool.', enum: ['function'] })
  type!: 'function';
}

export class CustomFormatDto {
  @ApiProperty({ description: 'Any text, or one that follows a grammar.', enum: ['text', 'grammar'] })
  @IsIn(['text', 'grammar'])
  type!: 'text' | 'grammar';

  @ApiPropertyOptional({ description: 'Of a grammar: in which language it is written.', type: String })
  @IsOptional()
  @IsString()
  syntax?: string | null;

  @ApiPropertyOptional({
    description: 'The grammar. The model is told of it; nothing holds it to it.',
    type: String,
  })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  definition?: string | null;
}

export class CustomToolDto {
  @ApiProperty({ description: 'Which kind of tool: its input is a plain text.', enum: ['custom'] })
  type!: 'custom';

  @ApiProperty({ description: 'Name of the tool.' })
  @IsToolName()
  name!: string;

  @ApiPropertyOptional({ description: 'What it does, for the model.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;

  @ApiPropertyOptional({ description: 'The form of its input.', type: CustomFormatDto })
  @IsOptional()
  @IsObject()
  @Nested(CustomFormatDto)
  format?: CustomFormatDto | null;
}

@ApiExtraModels(FunctionToolDto, CustomToolDto)
export class NamespaceToolDto {
  @ApiProperty({ description: 'Which kind of tool: several under one name.', enum: ['namespace'] })
  type!: 'namespace';

  @ApiProperty({ description: 'Name of the namespace; calls of its tools have it as `namespace`.' })
  @IsToolName()
  name!: string;

  @ApiPropertyOptional({ description: 'What its tools are for, for the model.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;

  @ApiProperty({
    description: 'Its functions and custom tools.',
    type: 'array',
    items: { oneOf: [FunctionToolDto, CustomToolDto].map((tool) => ({ $ref: getSchemaPath(tool) })) },
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_TOOLS)
  @IsObject({ each: true })
  tools!: CallableTool[];
}

export class ToolSearchDto {
  @ApiProperty({ description: 'Which kind of tool: finds further ones.', enum: ['tool_search'] })
  type!: 'tool_search';

  @ApiProperty({ description: 'Who searches: there is no search here.', enum: ['client'] })
  @IsIn(['client'])
  execution!: 'client';

  @ApiPropertyOptional({ description: 'What can be found, for the model.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;

  @ApiPropertyOptional({ description: 'JSON Schema of what is searched for.', type: Object })
  @IsOptional()
  @IsObject()
  parameters?: Record<string, unknown> | null;
}

/** What a model can call. */
export type CallableTool = FunctionToolDto | CustomToolDto;

/** What a caller carries out itself. */
export type OwnTool = CallableTool | NamespaceToolDto | ToolSearchDto;
