import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  getSchemaPath,
} from '@nestjs/swagger';
import { OVERHEAD_HEADER } from '../../../common/http/api-overhead.js';
import {
  ApiIdempotencyKey,
  ApiOnDisconnect,
  ApiStreamDialect,
  ApiStreamProfile,
  ApiStreamResume,
} from './api-call-headers.js';
import { ChatCompletionDto, CompletionDto } from './completion-answer.dto.js';
import { CreateChatCompletionDto } from './create-chat-completion.dto.js';
import { CreateCompletionDto } from './create-completion.dto.js';

const EVENT_STREAM = {
  'text/event-stream': {
    schema: { type: 'string', description: 'Chunks as `data:` lines, then `data: [DONE]`.' },
  },
};

const ANSWER_HEADERS = {
  'X-Generation-ID': { description: 'Id to look up or cancel it by.', schema: { type: 'string' } },
  'X-Citadel-Backend': { description: 'The backend that answered.', schema: { type: 'string' } },
  ...OVERHEAD_HEADER,
  'X-Ignored-Parameters': {
    description: 'Fields of the request that had no effect.',
    schema: { type: 'string' },
  },
};

const jsonOrStream = (dto: typeof ChatCompletionDto | typeof CompletionDto) =>
  applyDecorators(
    ApiExtraModels(dto),
    ApiOkResponse({
      description: 'The answer; with `stream` as server-sent events.',
      headers: {
        ...ANSWER_HEADERS,
        'X-Cache': {
          description:
            'On `/v1/chat/completions` and `/v1/completions`, of whole answers: `hit` when it was given before, `miss` ' +
            'when not, `bypass` when the cache was not asked: in a conversation (`X-Chat-Session-ID`), with ' +
            '`Cache-Control: no-cache` (the new answer is kept) or `no-store` (it is not), and by settings.',
          schema: { type: 'string', enum: ['hit', 'miss', 'bypass'] },
        },
      },
      content: { 'application/json': { schema: { $ref: getSchemaPath(dto) } }, ...EVENT_STREAM },
    }),
  );

const choosable = () =>
  applyDecorators(
    ApiHeader({ name: 'X-P8-Agent', required: false, description: 'Key of the agent to ask.' }),
    ApiStreamDialect('openai'),
    ApiStreamResume(),
    ApiOnDisconnect(),
    ApiIdempotencyKey(),
  );

export const ApiChatAnswer = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiStreamProfile(),
    choosable(),
    jsonOrStream(ChatCompletionDto),
  );

export const ApiCompletionAnswer = (summary: string) =>
  applyDecorators(ApiOperation({ summary }), ApiStreamProfile(), choosable(), jsonOrStream(CompletionDto));

/** Streams for one kind of client, whose profile is settled. */
export const ApiAgentStream = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    choosable(),
    ApiOkResponse({ description: 'Server-sent events.', headers: ANSWER_HEADERS, content: EVENT_STREAM }),
  );

/** Streams for the kind that the caller names, of either body. */
export const ApiAnyAgentStream = (summary: string) =>
  applyDecorators(
    ApiAgentStream(summary),
    ApiExtraModels(CreateChatCompletionDto, CreateCompletionDto),
    ApiBody({
      schema: {
        oneOf: [
          { $ref: getSchemaPath(CreateChatCompletionDto) },
          { $ref: getSchemaPath(CreateCompletionDto) },
        ],
      },
    }),
    ApiQuery({
      name: 'agent_type',
      required: false,
      description: 'A profile’s name or an agent’s key; `generic` when left out.',
    }),
    ApiQuery({ name: 'type', required: false, description: 'The same, shorter.' }),
  );
