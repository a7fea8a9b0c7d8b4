import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { OVERHEAD_HEADER } from '../../../common/http/api-overhead.js';
import {
  ApiIdempotencyKey,
  ApiOnDisconnect,
  ApiStreamDialect,
  ApiStreamProfile,
  ApiStreamResume,
} from '../../chat/index.js';

const stream = (summary: string, events: string, dialect: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiStreamProfile(),
    ApiStreamDialect(dialect),
    ApiStreamResume(),
    ApiOnDisconnect(),
    ApiIdempotencyKey(),
    ApiOkResponse({
      description: 'Server-sent events.',
      headers: {
        'X-Generation-ID': { description: 'Id to cancel it by.', schema: { type: 'string' } },
        'X-Citadel-Backend': { description: 'The backend that answered.', schema: { type: 'string' } },
        ...OVERHEAD_HEADER,
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
