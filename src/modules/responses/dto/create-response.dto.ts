import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsInt, IsOptional, Min } from 'class-validator';
import { AnswerFor } from '../../../common/validation/answer-for.js';
import { GraceSeconds, OnDisconnect } from '../../../common/validation/leaving.js';
import { must } from '../../../common/validation/must.js';
import { Alternatives, MaxTokens, Temperature, TopP } from '../../../common/validation/sampling-fields.js';
import { DEFAULT_TEMPERATURE } from '../../chat/index.js';
import { ResponseInputDto } from './response-input.dto.js';

const MOST_PAIRS = 16;
const LONGEST_KEY = 64;
const LONGEST_VALUE = 512;

export const LOGPROBS = 'message.output_text.logprobs';

const INCLUDABLES = [
  'code_interpreter_call.outputs',
  'computer_call_output.output.image_url',
  'file_search_call.results',
  'message.input_image.image_url',
  LOGPROBS,
  'reasoning.encrypted_content',
  'web_search_call.action.sources',
  'web_search_call.results',
];

const IsMetadata = () =>
  must(
    `be at most ${MOST_PAIRS} pairs of a key of up to ${LONGEST_KEY} and a text of up to ${LONGEST_VALUE} characters`,
    (value) =>
      typeof value === 'object' &&
      !Array.isArray(value) &&
      Object.keys(value!).length <= MOST_PAIRS &&
      Object.entries(value!).every(
        ([key, text]) =>
          key.length <= LONGEST_KEY && typeof text === 'string' && text.length <= LONGEST_VALUE,
      ),
  );

export class CreateResponseDto extends ResponseInputDto {
  @ApiPropertyOptional({
    description: 'Whether the response comes as server-sent events.',
    default: false,
    type: Boolean,
  })
  @IsOptional()
  @IsBoolean()
  stream?: boolean | null;

  @ApiPropertyOptional({
    description: 'Goes on without the caller, who reads it by its id. Needs `store`.',
    default: false,
    type: Boolean,
  })
  @IsOptional()
  @IsBoolean()
  background?: boolean | null;

  @ApiPropertyOptional({
    description: 'Whether it can be read again by its id, for as long as finished answers are kept.',
    default: true,
    type: Boolean,
  })
  @IsOptional()
  @IsBoolean()
  store?: boolean | null;

  @MaxTokens('Most tokens the response may have, thoughts included. Without it the model decides.')
  max_output_tokens?: number | null;

  @Temperature(DEFAULT_TEMPERATURE)
  temperature?: number | null;

  @TopP()
  top_p?: number | null;

  @ApiPropertyOptional({
    description: 'Of hosted tools, of which there are none: has no effect.',
    type: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  max_tool_calls?: number | null;

  @ApiPropertyOptional({
    description: `What comes with the response besides. Only \`${LOGPROBS}\` has an effect: there is nothing more to give.`,
    enum: INCLUDABLES,
    isArray: true,
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(INCLUDABLES.length)
  @IsIn(INCLUDABLES, { each: true })
  include?: string[] | null;

  @Alternatives('How many of the likeliest tokens to tell in the place of each of the text.')
  top_logprobs?: number | null;

  @ApiPropertyOptional({
    description: 'Up to 16 texts by their names, repeated by the response.',
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;

  @AnswerFor('response')
  user?: string | null;

  @OnDisconnect(
    'What becomes of a response that is not in the background when the caller leaves; also as `X-On-Disconnect`.',
  )
  on_disconnect?: 'cancel' | 'continue' | null;

  @GraceSeconds()
  grace_s?: number | null;
}
