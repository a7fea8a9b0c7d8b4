import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { ResponseInputDto } from '../dto/response-input.dto.js';

/** What others keep between responses for their callers, or rewrite of what was said. */
const UNSUPPORTED = ['conversation', 'prompt', 'context_management', 'compact'];

/** Throws for what this gateway does not do. */
export function requireSupported(dto: ResponseInputDto): void {
  const sent = dto as unknown as Readonly<Record<string, unknown>>;
  for (const param of UNSUPPORTED) {
    if (sent[param] != null)
      throw new GatewayError('unsupported_parameter', `${param} is not supported`, { param });
  }
  requireFormat(dto);
}

function requireFormat({ text }: ResponseInputDto): void {
  if (text?.format?.type !== 'json_schema') return;
  for (const key of ['name', 'schema'] as const) {
    const param = `text.format.${key}`;
    if (text.format[key] == null)
      throw new GatewayError('invalid_request', `${param} is required`, { param });
  }
}
