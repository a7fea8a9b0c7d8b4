import { toUsageDto } from '../../../common/dto/usage.dto.js';
import type { StreamHead } from '../../../contracts/stream-dialect.js';
import type { Usage } from '../../../contracts/usage.js';
import { toWireJson, type WireText } from '../../../contracts/wire-text.js';
import type { ResponseEcho } from '../response-echo.js';
import type { OutputItem } from './output-item.js';
import { NOT_ENDED, type ResponseEnd } from './response-end.js';

/** What has come of a response. */
export interface ResponseState {
  readonly end: ResponseEnd;
  readonly items: readonly OutputItem[];
  /** Known once it has ended, unless it was interrupted. */
  readonly usage: Usage | null;
  readonly durationMs: number;
}

export const BEGUN: ResponseState = { end: NOT_ENDED, items: [], usage: null, durationMs: 0 };

/** The `response` object. What the model said is copied as it came. */
export function toResponseJson(
  { id, created, model }: StreamHead,
  echo: ResponseEcho,
  { end, items, usage, durationMs }: ResponseState,
): WireText {
  const said = {
    id,
    object: 'response',
    created_at: created,
    status: end.status,
    completed_at: end.status === 'completed' ? created + Math.round(durationMs / 1000) : null,
    error: end.error,
    incomplete_details: end.incomplete === null ? null : { reason: end.incomplete },
    model,
    ...echo,
    usage: usage === null ? null : toResponseUsage(usage),
  };
  return `${toWireJson(said).slice(0, -1)},"output":[${items.map((item) => item.toJson()).join(',')}]}`;
}

function toResponseUsage(usage: Usage) {
  const counts = toUsageDto(usage);
  return {
    input_tokens: counts.prompt_tokens,
    // No backend says what it wrote to its cache.
    input_tokens_details: { ...counts.prompt_tokens_details, cache_write_tokens: 0 },
    output_tokens: counts.completion_tokens,
    output_tokens_details: counts.completion_tokens_details,
    total_tokens: counts.total_tokens,
    ...(counts.estimated && { estimated: counts.estimated }),
  };
}
