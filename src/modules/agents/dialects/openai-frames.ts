import { toUsageDto } from '../../../common/dto/usage.dto.js';
import { toOpenAiError } from '../../../common/errors/render-error.js';
import type { Failure } from '../../../contracts/failure.js';
import { cancelFailure } from '../../../contracts/generation-outcome.js';
import type { DialectOptions, StreamHead } from '../../../contracts/stream-dialect.js';
import type { Usage } from '../../../contracts/usage.js';
import { flat, toWireJson } from '../../../contracts/wire-text.js';

export const SYSTEM_FINGERPRINT = 'fp_citadel';

export const DONE = 'data: [DONE]\n\n';

/** What every chunk of one stream has in common: from `data: {` up to its choices, and from there to the end. */
export function chunkEnvelope(
  head: StreamHead,
  object: string,
  { includeUsage }: Pick<DialectOptions, 'includeUsage'>,
) {
  const common =
    `"id":${toWireJson(head.id)},"object":"${object}","created":${head.created},` +
    `"model":${toWireJson(head.model)},"system_fingerprint":"${SYSTEM_FINGERPRINT}"`;
  return {
    before: flat(`data: {${common},"choices":[`),
    after: flat(`]${includeUsage ? ',"usage":null' : ''}}\n\n`),
    usage: (usage: Usage) =>
      `data: {${common},"choices":[],"usage":${JSON.stringify(toUsageDto(usage))}}\n\n`,
  };
}

/** An error in mid-stream. What follows is the end of the stream, without `[DONE]`. */
export const errorFrame = (failure: Failure): string => `data: ${toWireJson(toOpenAiError(failure))}\n\n`;

export const cancelFrame = (reason: Parameters<typeof cancelFailure>[0]): string =>
  errorFrame(cancelFailure(reason));
