import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import { OVERHEAD_HEADER } from '../../../common/http/api-overhead.js';
import { ApiIdempotencyKey, ApiOnDisconnect } from '../../chat/index.js';
import { ResponseDto } from './response-answers.dto.js';

const ANSWER = applyDecorators(
  ApiExtraModels(ResponseDto),
  ApiOkResponse({
    description: 'The response; with `stream` as server-sent events.',
    headers: {
      'X-Generation-ID': { description: 'The response’s id.', schema: { type: 'string' } },
      'X-Citadel-Backend': { description: 'The backend that answered.', schema: { type: 'string' } },
      ...OVERHEAD_HEADER,
      'X-Ignored-Parameters': {
        description: 'Fields of the request that had no effect.',
        schema: { type: 'string' },
      },
    },
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ResponseDto) } },
      'text/event-stream': {
        schema: {
          type: 'string',
          description:
            'Named events with rising `sequence_number`, from `response.created` to `response.completed`, ' +
            '`response.incomplete` or, behind an `error`, `response.failed`; `error` alone where it was cancelled.',
        },
      },
    },
  }),
);

/** A route that begins a response. */
export const ApiCreatedResponse = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiHeader({ name: 'X-P8-Agent', required: false, description: 'Key of the agent to ask.' }),
    ApiOnDisconnect(),
    ApiIdempotencyKey(),
    ANSWER,
  );

/** A route that gives one that has begun. */
export const ApiStoredResponse = (summary: string) => applyDecorators(ApiOperation({ summary }), ANSWER);
