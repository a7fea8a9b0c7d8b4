import type { Type } from '@nestjs/common';
import { getSchemaPath } from '@nestjs/swagger';
import type { Operation } from './app.document.credentials.js';
import { isChatRoute } from './app.routes.js';
import {
  FlatErrorDto,
  OAuthErrorDto,
  OllamaErrorDto,
  OpenAiErrorDto,
} from './common/errors/error-answers.dto.js';
import { ERROR_CATALOGUE, type ErrorCode } from './common/errors/error-catalogue.js';
import { errorFormOf, type ErrorForm } from './common/errors/render-error.js';
import type { AccessPolicy } from './common/http/access-policy.js';

/** A route as the document has it; the path is its template, with `:id` for a parameter. */
export interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly policy: AccessPolicy;
  readonly operation: Operation;
}

const DTOS: Readonly<Partial<Record<ErrorForm, Type>>> = {
  openai: OpenAiErrorDto,
  flat: FlatErrorDto,
  oauth: OAuthErrorDto,
  ollama: OllamaErrorDto,
};

export const ERROR_DTOS = Object.values(DTOS);

const OF_CALLERS: readonly ErrorCode[] = [
  'unauthorized',
  'signature_invalid',
  'timestamp_out_of_range',
  'replay',
  'insufficient_scope',
  'forbidden',
  'tenant_mismatch',
  'rate_limit_exceeded',
  'dependency_unavailable',
];
const OF_BODIES: readonly ErrorCode[] = [
  'invalid_request',
  'invalid_value',
  'invalid_json',
  'request_too_large',
  'unsupported_media_type',
];
const OF_QUERIES: readonly ErrorCode[] = ['invalid_request', 'invalid_value'];
const OF_MODELS: readonly ErrorCode[] = [
  'unsupported_parameter',
  'unknown_agent',
  'context_length_exceeded',
  'model_not_found',
  'insufficient_quota',
  'upstream_error',
  'upstream_unavailable',
  'upstream_protocol_error',
  'upstream_incomplete',
  'upstream_auth',
  'loop_detected',
  'server_busy',
  'shutdown',
  'audit_unavailable',
  'upstream_timeout',
  'timeout',
];

/** Names a route's own, where it has one. */
const NOT_FOUND: readonly (readonly [path: RegExp, code: ErrorCode])[] = [
  [/^\/v1\/generations\/|\/cancel\/:id$/, 'generation_not_found'],
  [/\/responses\/:id/, 'response_not_found'],
  [/\/models\//, 'model_not_found'],
];

/** Errors that follow from what a route is. What else there may be is `default`; what its controller says itself stays. */
export function describeErrors(route: DescribedRoute): void {
  const { operation, path } = route;
  const dto = DTOS[errorFormOf(path)]!;
  const content = { 'application/json': { schema: { $ref: getSchemaPath(dto) } } };
  const codes = new Map<number, string[]>();
  for (const code of errorsOf(route)) {
    const { status } = ERROR_CATALOGUE[code];
    codes.set(status, [...(codes.get(status) ?? []), `\`${code}\``]);
  }
  for (const [status, its] of codes) operation.responses[status] ??= { description: its.join(', ') };
  operation.responses.default ??= { description: 'Any other error of docs/errors.md.' };
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response === undefined || '$ref' in response || /^[123]/.test(status)) continue;
    response.content = { ...content, ...response.content };
  }
}

function errorsOf({ method, path, policy, operation }: DescribedRoute): ReadonlySet<ErrorCode> {
  const { parameters = [] } = operation;
  const has = (place: string) => parameters.some((parameter) => 'in' in parameter && parameter.in === place);
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const asksModels = isChatRoute(path) && !path.endsWith('/input_tokens');
  const names = /:(?:id|email)\b|\*$/.test(path) || (has('path') && method === 'DELETE');
  return new Set<ErrorCode>([
    ...(policy === 'pub' ? [] : OF_CALLERS),
    ...(hasBody ? OF_BODIES : has('query') ? OF_QUERIES : []),
    ...(names ? [NOT_FOUND.find(([of]) => of.test(path))?.[1] ?? ('not_found' as const)] : []),
    ...(/:agent(?:_key|_type)?\b/.test(path) ? (['agent_not_found'] as const) : []),
    ...(asksModels ? OF_MODELS : []),
    ...(parameters.some((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key')
      ? ['idempotency_conflict' as const]
      : []),
  ]);
}
