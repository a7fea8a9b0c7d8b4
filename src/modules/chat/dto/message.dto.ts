import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { Nested } from '../../../common/validation/nested.js';
import { IsMessageContent, type ContentPartBody } from './is-message-content.js';
import { IsUiParts, type UiPart } from './is-ui-parts.js';

export const ROLES = ['developer', 'system', 'user', 'assistant', 'tool', 'function'] as const;

export class ToolCallFunctionDto {
  @ApiProperty({ description: 'Name of the function.' })
  @IsString()
  name!: string;

  @ApiProperty({ description: 'Its arguments, as a JSON text.' })
  @IsString()
  arguments!: string;
}

export class ToolCallDto {
  @ApiProperty({ description: 'Id that the answer of the tool refers to.' })
  @IsString()
  id!: string;

  @ApiProperty({ description: 'Always `function`.', enum: ['function'] })
  @IsIn(['function'])
  type!: 'function';

  @ApiProperty({ description: 'What is called.', type: ToolCallFunctionDto })
  @IsObject()
  @Nested(ToolCallFunctionDto)
  function!: ToolCallFunctionDto;

  @ApiPropertyOptional({
    description:
      'What the model server said of the call besides, such as Gemini’s `google.thought_signature`: sent back with the ' +
      'call, it reaches a server that takes it.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
  })
  @IsOptional()
  @IsObject()
  extra_content?: Record<string, unknown> | null;
}

export class MessageDto {
  @ApiProperty({ description: 'Who says it. `developer` counts as `system`.', enum: ROLES })
  @IsIn(ROLES)
  role!: (typeof ROLES)[number];

  @ApiPropertyOptional({
    description:
      'The text, or parts of text and images (as `data:` URLs). Left out or null where an assistant only called tools, ' +
      'and with `parts`; required elsewhere.',
    nullable: true,
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }],
  })
  @IsMessageContent()
  content!: string | ContentPartBody[] | null;

  @ApiPropertyOptional({
    description: 'In place of `content`: the parts of a UI message, as the AI SDK’s `useChat` sends them.',
    type: 'array',
    items: { type: 'object' },
  })
  @IsOptional()
  @IsUiParts()
  parts?: UiPart[] | null;

  @ApiPropertyOptional({
    description:
      'With `parts`: what the page calls the message. An answer in the dialect `ui-message` to a list that ends in an ' +
      'assistant’s message goes on with that one.',
    type: String,
  })
  @IsOptional()
  id?: unknown;

  @ApiPropertyOptional({
    description: 'Of an assistant that refused to answer: what it said. Read where there is no `content`.',
    type: String,
  })
  @IsOptional()
  @IsString()
  refusal?: string | null;

  @ApiPropertyOptional({
    description:
      'Of an assistant: what it thought before it said this. It reaches model servers that take it back; DeepSeek’s and ' +
      'Moonshot’s demand it.',
    type: String,
  })
  @IsOptional()
  @IsString()
  reasoning_content?: string | null;

  @ApiPropertyOptional({ description: 'The same, as other servers call it.', type: String })
  @IsOptional()
  @IsString()
  reasoning?: string | null;

  @ApiPropertyOptional({ description: 'A name that tells participants of one role apart.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  name?: string | null;

  @ApiPropertyOptional({ description: 'Tools the assistant called.', type: [ToolCallDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(128)
  @IsObject({ each: true })
  @Nested(ToolCallDto, { each: true })
  tool_calls?: ToolCallDto[] | null;

  @ApiPropertyOptional({
    description: 'Of an assistant that called a function, as older clients say it.',
    type: ToolCallFunctionDto,
    deprecated: true,
  })
  @IsOptional()
  @IsObject()
  @Nested(ToolCallFunctionDto)
  function_call?: ToolCallFunctionDto | null;

  @ApiPropertyOptional({ description: 'Of a tool’s message: the call it answers.', type: String })
  @IsOptional()
  @IsString()
  tool_call_id?: string | null;
}
