import type { BackendModel } from '../../contracts/model-backend.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { readJson } from '../shared/read-json.js';

interface ModelsAnswer {
  data?: ({ id?: unknown; created?: unknown; owned_by?: unknown } | null)[];
}

/** The models the server offers, from `GET /models`. */
export async function listOpenAiModels(client: UpstreamClient, signal: AbortSignal): Promise<BackendModel[]> {
  const answer = (await readJson(client, '/models', signal)) as ModelsAnswer | null;
  if (!Array.isArray(answer?.data)) throw new Error('the answer lists no models');
  return answer.data.flatMap((model) => {
    const { id, created, owned_by: owner } = model ?? {};
    if (typeof id !== 'string' || id === '') return [];
    return [
      {
        id,
        created: typeof created === 'number' && Number.isFinite(created) ? Math.floor(created) : undefined,
        ownedBy: typeof owner === 'string' ? owner : undefined,
        chat: !EMBEDDING_NAME.test(id),
      },
    ];
  });
}

/** The list does not say what a model is for; models that only embed are known by their names. */
const EMBEDDING_NAME = /embed|(?:^|[/_-])(?:bge|e5|gte|minilm)-/i;
