import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { must } from '../../../common/validation/must.js';
import { IMAGE_DATA_URL } from '../../chat/index.js';
import { MOST_TOOLS } from './response-tool.dto.js';

const MESSAGE_ROLES = ['user', 'assistant', 'system', 'developer'] as const;

/** Text, or a list whose elements are looked at by their type. */
const IsTextOrList = () =>
  must('be a string or a list of parts', (value) => typeof value === 'string' || Array.isArray(value));

class KeptItemDto {
  @ApiPropertyOptional({ description: 'Its id, where it is given back as it came.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  id?: string | null;
}

export class InputTextDto {
  @ApiProperty({ description: 'Which kind of part.', enum: ['input_text', 'output_text'] })
  type!: 'input_text' | 'output_text';

  @ApiProperty({ description: 'The text.' })
  @IsString()
  text!: string;
}

export class RefusalPartDto {
  @ApiProperty({ description: 'Which kind of part.', enum: ['refusal'] })
  type!: 'refusal';

  @ApiProperty({ description: 'What the model said instead.' })
  @IsString()
  refusal!: string;
}

export class InputImageDto {
  @ApiProperty({ description: 'Which kind of part.', enum: ['input_image'] })
  type!: 'input_image';

  @ApiProperty({ description: 'The image as a base64 `data:` URL: no address is fetched.' })
  @Matches(IMAGE_DATA_URL, { message: 'image_url must be a base64 data: URL of an image' })
  image_url!: string;

  @ApiPropertyOptional({ description: 'Has no effect.', enum: ['auto', 'low', 'high', 'original'] })
  @IsOptional()
  @IsIn(['auto', 'low', 'high', 'original'])
  detail?: string | null;
}

export class MessageItemDto extends KeptItemDto {
  @ApiPropertyOptional({ description: 'Which kind of item; may be left out.', enum: ['message'] })
  type?: 'message';

  @ApiProperty({ description: 'Who says it. `developer` counts as `system`.', enum: MESSAGE_ROLES })
  @IsIn(MESSAGE_ROLES)
  role!: (typeof MESSAGE_ROLES)[number];

  @ApiProperty({
    description: 'The text, or parts of text and images.',
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }],
  })
  @IsTextOrList()
  content!: string | unknown[];
}

class CallItemDto extends KeptItemDto {
  @ApiProperty({ description: 'Id that the call’s output refers to.' })
  @IsString()
  @MaxLength(255)
  call_id!: string;

  @ApiProperty({ description: 'Name of the tool.' })
  @IsString()
  name!: string;

  @ApiPropertyOptional({ description: 'The namespace that the tool is in.', type: String })
  @IsOptional()
  @IsString()
  namespace?: string | null;

  @ApiPropertyOptional({
    description:
      'What the model server said of the call besides, as it was given with it: it reaches a server that takes it.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
  })
  @IsOptional()
  @IsObject()
  extra_content?: Record<string, unknown> | null;
}

export class FunctionCallItemDto extends CallItemDto {
  @ApiProperty({ description: 'Which kind of item.', enum: ['function_call'] })
  type!: 'function_call';

  @ApiProperty({ description: 'Its arguments, as a JSON text.' })
  @IsString()
  arguments!: string;
}

export class CustomToolCallItemDto extends CallItemDto {
  @ApiProperty({ description: 'Which kind of item.', enum: ['custom_tool_call'] })
  type!: 'custom_tool_call';

  @ApiProperty({ description: 'What the tool was given.' })
  @IsString()
  input!: string;
}

class CallOutputItemDto extends KeptItemDto {
  @ApiProperty({ description: 'The call it answers, which must stand before it.' })
  @IsString()
  call_id!: string;

  @ApiProperty({
    description: 'What the tool gave: a text, or parts.',
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }],
  })
  @IsTextOrList()
  output!: string | unknown[];
}

export class FunctionCallOutputItemDto extends CallOutputItemDto {
  @ApiProperty({ description: 'Which kind of item.', enum: ['function_call_output'] })
  type!: 'function_call_output';
}

export class CustomToolCallOutputItemDto extends CallOutputItemDto {
  @ApiProperty({ description: 'Which kind of item.', enum: ['custom_tool_call_output'] })
  type!: 'custom_tool_call_output';
}

export class ReasoningItemDto extends KeptItemDto {
  @ApiProperty({
    description: 'Which kind of item. Earlier thoughts reach model servers that take them back.',
    enum: ['reasoning'],
  })
  type!: 'reasoning';

  @ApiPropertyOptional({ description: 'Summaries of the thought.', type: [Object] })
  @IsOptional()
  @IsArray()
  summary?: unknown[] | null;

  @ApiPropertyOptional({ description: 'The thought.', type: [Object] })
  @IsOptional()
  @IsArray()
  content?: unknown[] | null;
}

export class AdditionalToolsItemDto extends KeptItemDto {
  @ApiProperty({
    description: 'Which kind of item: tools that the model may call besides those of the request.',
    enum: ['additional_tools'],
  })
  type!: 'additional_tools';

  @ApiProperty({ description: 'Who offers them.', enum: ['developer'] })
  @IsIn(['developer'])
  role!: 'developer';

  @ApiProperty({ description: 'As `tools` of the request.', type: [Object] })
  @IsArray()
  @ArrayMaxSize(MOST_TOOLS)
  @IsObject({ each: true })
  tools!: object[];
}

export class ToolSearchCallItemDto extends KeptItemDto {
  @ApiProperty({ description: 'Which kind of item.', enum: ['tool_search_call'] })
  type!: 'tool_search_call';

  @ApiProperty({ description: 'Id that the search’s output refers to.' })
  @IsString()
  @MaxLength(255)
  call_id!: string;

  @ApiProperty({ description: 'What was searched for.', type: Object })
  @IsObject()
  arguments!: object;
}

export class ToolSearchOutputItemDto extends KeptItemDto {
  @ApiProperty({
    description: 'Which kind of item: tools that were found, which the model may call from now on.',
    enum: ['tool_search_output'],
  })
  type!: 'tool_search_output';

  @ApiProperty({ description: 'The search it answers, which must stand before it.' })
  @IsString()
  call_id!: string;

  @ApiProperty({ description: 'As `tools` of the request.', type: [Object] })
  @IsArray()
  @ArrayMaxSize(MOST_TOOLS)
  @IsObject({ each: true })
  tools!: object[];
}

export class ItemReferenceDto {
  @ApiProperty({ description: 'Which kind of item.', enum: ['item_reference'] })
  type!: 'item_reference';

  @ApiProperty({ description: 'Id of an output item of a response that is still kept.' })
  @IsString()
  id!: string;
}
