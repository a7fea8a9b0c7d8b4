import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiIdempotencyKey, ApiOnDisconnect, ApiStreamResume } from '../../chat/index.js';

const stream = (summary: string, events: string, dialect: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiHeader({
      name: 'X-Stream-Profile',
      required: false,
      description: 'How the text is cut into frames; also as `?profile=`.',
    }),
    ApiHeader({
      name: 'X-Stream-Dialect',
      required: false,
      description: `How the stream is spelled, \`${dialect}\` unless asked otherwise; also as \`?dialect=\`.`,
      schema: { type: 'string', enum: ['openai', 'frames', 'events', 'envelope', 'ui-message'] },
    }),
    ApiStreamResume(),
    ApiOnDisconnect(),
    ApiIdempotencyKey(),
    ApiOkResponse({
      description: 'Server-sent events.',
      headers: {
        'X-Generation-ID': { description: 'Id to cancel it by.', schema: { type: 'string' } },
        'X-Citadel-Backend': { description: 'The backend that answered.', schema: { type: 'string' } },
      },
      content: { 'text/event-stream': { schema: { type: 'string', description: events } } },
    }),
  );

export const ApiTaskStream = (summary: string) =>
  stream(
    summary,
    'Data lines `{"token","text"}`, the first also with `generation_id`, `text` being the text so far. The last is ' +
      '`{"final":true,"text","usage","generation_id"}`, `{"cancelled":true,"generation_id"}`, or `{"error","code"}`.',
    'frames',
  );

export const ApiPromptStream = (summary: string) =>
  applyDecorators(
    ApiParam({ name: 'agent', description: 'Key of a configured agent, such as `travel`.' }),
    stream(
      summary,
      'Events `connected`, `status`, `progress`, `chunk`, `token`, `reasoning`, `tool_call`, then `complete` or ' +
        '`error`, and always last `close`.',
      'events',
    ),
  );
