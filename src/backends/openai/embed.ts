import type { EmbeddingAnswer, EmbeddingRequest } from '../../contracts/embedding.js';
import { FailureError } from '../../contracts/failure.js';
import { toWireJson } from '../../contracts/wire-text.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { callJson } from '../shared/call-json.js';
import { protocolFailure } from '../shared/failures.js';
import { toCount } from '../shared/to-count.js';
import { toVectors } from '../shared/to-vectors.js';

interface EmbeddingsAnswer {
  data?: ({ index?: unknown; embedding?: unknown } | null)[];
  usage?: { prompt_tokens?: unknown } | null;
}

/** Asks `POST /embeddings`. Numbers, not base64: not every compatible server knows the latter. */
export async function embedWithOpenAi(
  client: UpstreamClient,
  { model, inputs, dimensions }: EmbeddingRequest,
  signal: AbortSignal,
): Promise<EmbeddingAnswer> {
  const body = toWireJson({ model, input: inputs, dimensions, encoding_format: 'float' });
  const answer = (await callJson(
    client,
    { method: 'POST', path: '/embeddings', body },
    signal,
  )) as EmbeddingsAnswer | null;
  return {
    vectors: toVectors(inOrder(answer?.data, inputs.length), inputs.length),
    promptTokens: toCount(answer?.usage?.prompt_tokens),
  };
}

/** By their index, which says to which input a vector belongs; servers that leave it out mean the order. */
function inOrder(data: EmbeddingsAnswer['data'], inputs: number): unknown[] {
  const rows: unknown[] = [];
  for (const [position, item] of (Array.isArray(data) ? data : []).entries()) {
    const index = item?.index ?? position;
    if (
      !Number.isInteger(index) ||
      (index as number) < 0 ||
      (index as number) >= inputs ||
      (index as number) in rows
    )
      throw new FailureError(protocolFailure('the index of a vector is wrong'));
    rows[index as number] = item?.embedding;
  }
  return rows;
}
