import type { EmbeddingAnswer, EmbeddingRequest } from '../../contracts/embedding.js';
import { toWireJson } from '../../contracts/wire-text.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { callJson } from '../shared/call-json.js';
import { toCount } from '../shared/to-count.js';
import { toVectors } from '../shared/to-vectors.js';

/** Asks `POST /api/embed`. */
export async function embedWithOllama(
  client: UpstreamClient,
  request: EmbeddingRequest,
  signal: AbortSignal,
): Promise<EmbeddingAnswer> {
  const { model, inputs, dimensions, truncate, keepAlive, options } = request;
  const body = toWireJson({ model, input: inputs, dimensions, truncate, keep_alive: keepAlive, options });
  const answer = (await callJson(client, { method: 'POST', path: '/api/embed', body }, signal)) as {
    embeddings?: unknown;
    prompt_eval_count?: unknown;
  } | null;
  return {
    vectors: toVectors(answer?.embeddings, inputs.length),
    promptTokens: toCount(answer?.prompt_eval_count),
  };
}
