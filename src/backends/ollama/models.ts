import type { BackendModel } from '../../contracts/model-backend.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { readJson } from '../shared/read-json.js';

interface TagsAnswer {
  models?: (OllamaModel | null)[];
}

interface OllamaModel {
  name?: unknown;
  modified_at?: unknown;
  capabilities?: unknown;
  details?: { family?: unknown } | null;
}

/** The models Ollama has pulled, from `GET /api/tags`. */
export async function listOllamaModels(client: UpstreamClient, signal: AbortSignal): Promise<BackendModel[]> {
  const answer = (await readJson(client, '/api/tags', signal)) as TagsAnswer | null;
  if (!Array.isArray(answer?.models)) throw new Error('the answer lists no models');
  return answer.models.flatMap((model) => {
    const { name, modified_at: modifiedAt, capabilities, details } = model ?? {};
    if (typeof name !== 'string') return [];
    const modified = Math.floor(Date.parse(String(modifiedAt)) / 1000);
    return [
      {
        id: name,
        created: Number.isNaN(modified) ? undefined : modified,
        ownedBy: 'ollama',
        chat: Array.isArray(capabilities)
          ? capabilities.includes('completion')
          : !isEmbeddingFamily(details?.family),
      },
    ];
  });
}

/** Servers before capabilities were listed: embedding models are encoders. */
const isEmbeddingFamily = (family: unknown): boolean => typeof family === 'string' && family.endsWith('bert');
