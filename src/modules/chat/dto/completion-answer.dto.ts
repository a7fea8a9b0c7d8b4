import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { UsageDto } from '../../../common/dto/usage.dto.js';
import { ChatLogprobsDto, CompletionLogprobsDto } from './logprobs.dto.js';
import { ToolCallDto, ToolCallFunctionDto } from './message.dto.js';

const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'function_call', 'content_filter'];

export class AnswerMessageDto {
  @ApiProperty({ description: 'Always `assistant`.', enum: ['assistant'] })
  role!: 'assistant';

  @ApiProperty({
    description: 'The text; null when the model only called tools.',
    type: String,
    nullable: true,
  })
  content!: string | null;

  @ApiProperty({
    description: 'What the model said in place of an answer that it refused to give; `content` is null then.',
    type: String,
    nullable: true,
  })
  refusal!: string | null;

  @ApiProperty({ description: 'Always empty: nothing is searched.', type: [Object] })
  annotations!: never[];

  @ApiPropertyOptional({
    description: 'What a reasoning model thought, when it says so; settings may call it otherwise.',
  })
  reasoning_content?: string;

  @ApiPropertyOptional({ description: 'Tools the model called.', type: [ToolCallDto] })
  tool_calls?: ToolCallDto[];

  @ApiPropertyOptional({
    description: 'In place of them where the request offered `functions`.',
    type: ToolCallFunctionDto,
    deprecated: true,
  })
  function_call?: ToolCallFunctionDto;
}

export class ChatChoiceDto {
  @ApiProperty({ description: 'Number of the answer, from 0.' })
  index!: number;

  @ApiProperty({ description: 'The answer.', type: AnswerMessageDto })
  message!: AnswerMessageDto;

  @ApiProperty({
    description: 'What its tokens scored, where `logprobs` asked for it and the model server says it.',
    type: ChatLogprobsDto,
    nullable: true,
  })
  logprobs!: ChatLogprobsDto | null;

  @ApiProperty({ description: 'Why it ended.', enum: FINISH_REASONS })
  finish_reason!: string;
}

export class CompletionChoiceDto {
  @ApiProperty({ description: 'The completion.' })
  text!: string;

  @ApiProperty({ description: 'Number of the answer, from 0.' })
  index!: number;

  @ApiProperty({
    description: 'What its tokens scored, where `logprobs` asked for it and the model server says it.',
    type: CompletionLogprobsDto,
    nullable: true,
  })
  logprobs!: CompletionLogprobsDto | null;

  @ApiProperty({ description: 'Why it ended.', enum: ['stop', 'length', 'content_filter'] })
  finish_reason!: string;
}

class AnswerDto {
  @ApiProperty({ description: 'Also in `X-Generation-ID`.' })
  id!: string;

  @ApiProperty({ description: 'Unix time in seconds at which the generation began.' })
  created!: number;

  @ApiProperty({ description: 'The model as the request named it.' })
  model!: string;

  @ApiProperty({ description: 'Tokens used.', type: UsageDto })
  usage!: UsageDto;

  @ApiProperty({ description: 'Always `default`.' })
  service_tier!: string;

  @ApiProperty({ description: 'Always the same; kept for clients that expect it.' })
  system_fingerprint!: string;
}

export class ChatCompletionDto extends AnswerDto {
  @ApiProperty({ description: 'Always `chat.completion`.', enum: ['chat.completion'] })
  object!: 'chat.completion';

  @ApiProperty({ description: 'The answers.', type: [ChatChoiceDto] })
  choices!: ChatChoiceDto[];
}

export class CompletionDto extends AnswerDto {
  @ApiProperty({ description: 'Always `text_completion`.', enum: ['text_completion'] })
  object!: 'text_completion';

  @ApiProperty({ description: 'The answers.', type: [CompletionChoiceDto] })
  choices!: CompletionChoiceDto[];
}
