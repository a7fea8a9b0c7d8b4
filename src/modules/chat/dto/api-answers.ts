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
import { ApiIdempotencyKey } from './api-idempotency-key.js';
import { ChatCompletionDto, CompletionDto } from './completion-answer.dto.js';
import { CreateChatCompletionDto } from './create-chat-completion.dto.js';
import { CreateCompletionDto } from './create-completion.dto.js';

const EVENT_STREAM = {
  'text/event-stream': {
    schema: { type: 'string', description: 'Chunks as `data:` lines, then `data: [DONE]`.' },
  },
};

const jsonOrStream = (dto: typeof ChatCompletionDto | typeof CompletionDto) =>
  applyDecorators(
    ApiExtraModels(dto),
    ApiOkResponse({
      description: 'The answer; with `stream` as server-sent events.',
      headers: {
        'X-Generation-ID': { description: 'Id to look up or cancel it by.', schema: { type: 'string' } },
        'X-Citadel-Backend': { description: 'The backend that answered.', schema: { type: 'string' } },
        'X-Cache': {
          description:
            'On `/v1/chat/completions` and `/v1/completions`, of whole answers: `hit` when it was given before, `miss` ' +
            'when not, `bypass` when the cache was not asked: in a conversation (`X-Chat-Session-ID`), with ' +
            '`Cache-Control: no-cache` (the new answer is kept) or `no-store` (it is not), and by settings.',
          schema: { type: 'string', enum: ['hit', 'miss', 'bypass'] },
        },
        'X-Ignored-Parameters': {
          description: 'Fields of the request that had no effect.',
          schema: { type: 'string' },
        },
      },
      content: { 'application/json': { schema: { $ref: getSchemaPath(dto) } }, ...EVENT_STREAM },
    }),
  );

const choosable = () =>
  applyDecorators(
    ApiHeader({ name: 'X-P8-Agent', required: false, description: 'Key of the agent to ask.' }),
    ApiHeader({
      name: 'X-Stream-Profile',
      required: false,
      description: 'Streaming profile; also as `?profile=`.',
    }),
    ApiHeader({
      name: 'X-Stream-Dialect',
      required: false,
      description: 'How a stream is spelled; also as `?dialect=`.',
      schema: { type: 'string', enum: ['openai', 'frames', 'events', 'envelope', 'ui-message'] },
    }),
    ApiHeader({
      name: 'X-Stream-Resume',
      required: false,
      description:
        '`1` puts an `id:` line before each event; `/v1/generations/{id}/stream` goes on behind any of them.',
    }),
    ApiHeader({
      name: 'X-On-Disconnect',
      required: false,
      description: '`cancel` or `continue`, where the body does not say `on_disconnect`.',
    }),
    ApiIdempotencyKey(),
  );

export const ApiChatAnswer = (summary: string) =>
  applyDecorators(ApiOperation({ summary }), choosable(), jsonOrStream(ChatCompletionDto));

export const ApiCompletionAnswer = (summary: string) =>
  applyDecorators(ApiOperation({ summary }), choosable(), jsonOrStream(CompletionDto));

export const ApiAgentStream = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiExtraModels(CreateChatCompletionDto, CreateCompletionDto),
    ...(summary.includes('agent_type')
      ? [
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
        ]
      : []),
    ApiOkResponse({ description: 'Server-sent events.', content: EVENT_STREAM }),
  );
