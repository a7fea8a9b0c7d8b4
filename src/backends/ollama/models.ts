import type { BackendModel } from '../../contracts/model-backend.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { readJson } from '../shared/read-json.js';

interface TagsAnswer {
  models?: { name?: string; modified_at?: string; capabilities?: string[]; details?: { family?: string } }[];
}

/** The models Ollama has pulled, from `GET /api/tags`. */
export async function listOllamaModels(client: UpstreamClient, signal: AbortSignal): Promise<BackendModel[]> {
  const { models } = (await readJson(client, '/api/tags', signal)) as TagsAnswer;
  if (!Array.isArray(models)) throw new Error('the answer lists no models');
  return models.flatMap(({ name, modified_at, capabilities, details }) => {
    if (typeof name !== 'string') return [];
    const modified = Math.floor(Date.parse(modified_at ?? '') / 1000);
    return [
      {
        id: name,
        created: Number.isNaN(modified) ? undefined : modified,
        ownedBy: 'ollama',
        chat: capabilities?.includes('completion') ?? !isEmbeddingFamily(details?.family),
      },
    ];
  });
}

/** Servers before capabilities were listed: embedding models are encoders. */
const isEmbeddingFamily = (family: string | undefined) => family !== undefined && family.endsWith('bert');
