import { type BackendSettings, loadingOf } from '../../config/index.js';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../contracts/embedding.js';
import { toWireJson } from '../../contracts/wire-text.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { callJson } from '../shared/call-json.js';
import { toCount } from '../shared/to-count.js';
import { toVectors } from '../shared/to-vectors.js';

/**
 * Asks `POST /api/embed`. The window that holds for all models is one for texts that go on: a model that makes vectors gets one
 * where it is named.
 */
export async function embedWithOllama(
  client: UpstreamClient,
  request: EmbeddingRequest,
  { signal, settings }: { signal: AbortSignal; settings: Pick<BackendSettings, 'loading'> },
): Promise<EmbeddingAnswer> {
  const { model, inputs, dimensions, truncate } = request;
  const { own, any } = loadingOf(settings, model);
  const keepAlive = request.keepAlive ?? any.keepAlive;
  const options = own.numCtx === undefined ? request.options : { num_ctx: own.numCtx, ...request.options };
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
