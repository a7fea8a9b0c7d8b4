import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
} from 'class-validator';
import { must } from '../../../common/validation/must.js';
import { Nested } from '../../../common/validation/nested.js';
import {
  AdditionalToolsItemDto,
  CustomToolCallItemDto,
  CustomToolCallOutputItemDto,
  FunctionCallItemDto,
  FunctionCallOutputItemDto,
  ItemReferenceDto,
  MessageItemDto,
  ReasoningItemDto,
  ToolSearchCallItemDto,
  ToolSearchOutputItemDto,
} from './input-item.dto.js';
import {
  CustomToolDto,
  FunctionToolDto,
  MOST_TOOLS,
  NamespaceToolDto,
  ToolSearchDto,
} from './response-tool.dto.js';
import { TextConfigDto } from './text-config.dto.js';

/** Of a conversation as of one input. */
export const MOST_ITEMS = 4096;
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'ultra', 'max'];
const SUMMARIES = ['auto', 'concise', 'detailed'];
const ITEMS = [
  MessageItemDto,
  FunctionCallItemDto,
  FunctionCallOutputItemDto,
  CustomToolCallItemDto,
  CustomToolCallOutputItemDto,
  ReasoningItemDto,
  AdditionalToolsItemDto,
  ToolSearchCallItemDto,
  ToolSearchOutputItemDto,
  ItemReferenceDto,
];
const TOOLS = [FunctionToolDto, CustomToolDto, NamespaceToolDto, ToolSearchDto];

/** What the items are is looked at by their type. */
const IsInput = () =>
  must(
    `be a string or a list of 1 to ${MOST_ITEMS} items`,
    (value) =>
      typeof value === 'string' || (Array.isArray(value) && value.length > 0 && value.length <= MOST_ITEMS),
  );

export type ResponseToolChoice = 'none' | 'auto' | 'required' | { type: 'function' | 'custom'; name: string };

/** The words, or an object, which is looked at by its type. */
const IsChoiceOfTool = () =>
  must(
    'be none, auto, required, or name one of the tools',
    (value) => value === 'none' || value === 'auto' || value === 'required' || typeof value === 'object',
  );

export class ReasoningConfigDto {
  @ApiPropertyOptional({ description: 'How much a reasoning model should think.', enum: EFFORTS })
  @IsOptional()
  @IsIn(EFFORTS)
  effort?: string | null;

  @ApiPropertyOptional({
    description:
      'Any: thoughts are given as their own summary, in whole. None: as they are, as `reasoning_text`.',
    enum: SUMMARIES,
  })
  @IsOptional()
  @IsIn(SUMMARIES)
  summary?: string | null;
}

/** What the model is told. */
@ApiExtraModels(...ITEMS, ...TOOLS)
export class ResponseInputDto {
  @ApiPropertyOptional({
    description: 'A name from `/v1/models`. Required under `/v1`; elsewhere the agent’s or the default.',
    example: 'phi3',
    type: String,
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  model?: string | null;

  @ApiProperty({
    description: 'What is said to the model: a text, or messages, calls of functions and what they gave.',
    oneOf: [
      { type: 'string' },
      { type: 'array', items: { oneOf: ITEMS.map((item) => ({ $ref: getSchemaPath(item) })) } },
    ],
  })
  @IsInput()
  input!: string | unknown[];

  @ApiPropertyOptional({
    description: 'Stands before the input, for this response alone.',
    type: String,
  })
  @IsOptional()
  @IsString()
  instructions?: string | null;

  @ApiPropertyOptional({
    description: 'A response that is still kept: its input and output stand before this input.',
    type: String,
  })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  previous_response_id?: string | null;

  @ApiPropertyOptional({
    description:
      'What the model may call, and the caller carries out. There are no hosted tools: beside others they are left ' +
      'out and named in `X-Ignored-Parameters`, alone they are refused.',
    type: 'array',
    items: { oneOf: TOOLS.map((tool) => ({ $ref: getSchemaPath(tool) })) },
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_TOOLS)
  @IsObject({ each: true })
  tools?: object[] | null;

  @ApiPropertyOptional({
    description: 'Whether it may, must, or must not call them. Ollama cannot be made to call one.',
    oneOf: [{ type: 'string', enum: ['none', 'auto', 'required'] }, { type: 'object' }],
  })
  @IsOptional()
  @IsChoiceOfTool()
  tool_choice?: ResponseToolChoice | null;

  @ApiPropertyOptional({ description: 'Whether it may call several at once.', type: Boolean })
  @IsOptional()
  @IsBoolean()
  parallel_tool_calls?: boolean | null;

  @ApiPropertyOptional({ description: 'The form of the text.', type: TextConfigDto })
  @IsOptional()
  @IsObject()
  @Nested(TextConfigDto)
  text?: TextConfigDto | null;

  @ApiPropertyOptional({ description: 'For models that think.', type: ReasoningConfigDto })
  @IsOptional()
  @IsObject()
  @Nested(ReasoningConfigDto)
  reasoning?: ReasoningConfigDto | null;

  @ApiPropertyOptional({
    description: 'What becomes of an input that is too long is left to the backend.',
    enum: ['auto', 'disabled'],
    default: 'disabled',
    type: String,
  })
  @IsOptional()
  @IsIn(['auto', 'disabled'])
  truncation?: 'auto' | 'disabled' | null;
}
