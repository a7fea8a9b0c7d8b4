import { HttpException } from '@nestjs/common';
import type { ErrorCode } from './error-catalogue.js';
import { GatewayError } from './gateway.error.js';

/** Errors of the HTTP server and its parsers, by their codes. */
const BY_CODE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['request_too_large', 'The body is larger than this route takes.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'The body must be application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_http', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_json', 'The body is empty; a JSON object is expected.'],
  FST_ERR_BAD_URL: ['bad_http', 'The request target is malformed.'],
  FST_ERR_ASYNC_CONSTRAINT: ['not_found', 'Nothing is here.'],
};

const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['invalid_request', 'The request is malformed.'],
  401: ['unauthorized', 'Authentication required. Please provide a valid Bearer token'],
  403: ['not_found', 'Nothing is here.'],
  404: ['not_found', 'Nothing is here.'],
  408: ['request_timeout', 'The request did not arrive in time.'],
  413: ['request_too_large', 'The body is larger than this route takes.'],
  414: ['uri_too_long', 'The request target is too long.'],
  415: ['unsupported_media_type', 'The body must be application/json.'],
  429: ['rate_limit_exceeded', 'Too many requests.'],
  503: ['server_busy', 'No capacity just now.'],
};

/** What may be said of an error. What is not known to be safe is `internal` with a constant text. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const { code = '', statusCode } = error as { code?: string; statusCode?: number };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  const known = BY_CODE[code] ?? (status === undefined ? undefined : BY_STATUS[status]);
  if (known !== undefined) return new GatewayError(known[0], known[1], { cause: error });
  return new GatewayError('internal', 'Something went wrong on our side.', { cause: error });
}
