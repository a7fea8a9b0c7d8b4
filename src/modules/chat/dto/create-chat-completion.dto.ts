import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  MinLength,
} from 'class-validator';
import { must } from '../../../common/validation/must.js';
import { Alternatives, MaxTokens } from '../../../common/validation/sampling-fields.js';
import { Nested } from '../../../common/validation/nested.js';
import { MessageDto } from './message.dto.js';
import { SamplingDto } from './sampling.dto.js';
import {
  FunctionDefinitionDto,
  IsFunctionChoice,
  IsResponseFormat,
  IsToolChoice,
  ToolDto,
  type FunctionChoiceBody,
  type ResponseFormatBody,
  type ToolChoiceBody,
} from './tool.dto.js';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'ultra', 'max'];

export class CreateChatCompletionDto extends SamplingDto {
  @ApiPropertyOptional({
    description: 'A name from `/v1/models`. Required under `/v1`; elsewhere the agent’s or the default.',
    example: 'phi3',
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  model?: string | null;

  @ApiProperty({ description: 'The conversation so far.', type: [MessageDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(4096)
  @IsObject({ each: true })
  @Nested(MessageDto, { each: true })
  messages!: MessageDto[];

  @MaxTokens('Most tokens one answer may have; goes before `max_tokens`.')
  max_completion_tokens?: number | null;

  @ApiPropertyOptional({ description: 'Functions the model may call.', type: [ToolDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(128)
  @IsObject({ each: true })
  @Nested(ToolDto, { each: true })
  tools?: ToolDto[] | null;

  @ApiPropertyOptional({
    description: 'Whether it may, must, or must not call them. Ollama cannot be made to call one.',
    oneOf: [{ type: 'string', enum: ['none', 'auto', 'required'] }, { type: 'object' }],
  })
  @IsOptional()
  @IsToolChoice()
  tool_choice?: ToolChoiceBody | null;

  @ApiPropertyOptional({
    description:
      'As older clients name `tools`, where there are none: what is called is told as `function_call`, one call an answer.',
    type: [FunctionDefinitionDto],
    deprecated: true,
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(128)
  @IsObject({ each: true })
  @Nested(FunctionDefinitionDto, { each: true })
  functions?: FunctionDefinitionDto[] | null;

  @ApiPropertyOptional({
    description: 'As they name `tool_choice`.',
    oneOf: [{ type: 'string', enum: ['none', 'auto'] }, { type: 'object' }],
    deprecated: true,
  })
  @IsOptional()
  @IsFunctionChoice()
  function_call?: FunctionChoiceBody | null;

  @ApiPropertyOptional({ description: 'Whether it may call several at once.', type: Boolean })
  @IsOptional()
  @IsBoolean()
  parallel_tool_calls?: boolean | null;

  @ApiPropertyOptional({
    description: '`text`, `json_object`, or `json_schema` with a schema.',
    type: Object,
  })
  @IsOptional()
  @IsResponseFormat()
  response_format?: ResponseFormatBody | null;

  @ApiPropertyOptional({
    description:
      'Whether the log probabilities of the answer’s tokens come with it. Null in place of them where the model server says none.',
    default: false,
    type: Boolean,
  })
  @IsOptional()
  @IsBoolean()
  logprobs?: boolean | null;

  @Alternatives('How many of the likeliest tokens to tell in the place of each. Needs `logprobs`.')
  @must('be left out without logprobs', (_, { logprobs }) => logprobs === true)
  top_logprobs?: number | null;

  @ApiPropertyOptional({ description: 'How much a reasoning model should think.', enum: EFFORTS })
  @IsOptional()
  @IsIn(EFFORTS)
  reasoning_effort?: string | null;

  @ApiPropertyOptional({
    description:
      'For the template that makes a prompt of the messages, of servers that let callers choose (vLLM, SGLang, llama.cpp). ' +
      'Ollama is told `enable_thinking` where no `reasoning_effort` is given; elsewhere ignored, and said to be.',
    type: 'object',
    additionalProperties: true,
    example: { enable_thinking: false },
  })
  @IsOptional()
  @IsObject()
  chat_template_kwargs?: Readonly<Record<string, unknown>> | null;
}
