import type { BackendModel } from '../../contracts/model-backend.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { readJson } from '../shared/read-json.js';

type ListedModel = { id?: unknown; created?: unknown; owned_by?: unknown } | null;

/** The models the server offers, from `GET /models`. */
export async function listOpenAiModels(client: UpstreamClient, signal: AbortSignal): Promise<BackendModel[]> {
  const models = findList(await readJson(client, '/models', signal));
  if (models === undefined) throw new Error('the answer lists no models');
  return models.flatMap((model) => {
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

/** Together has nothing around its list. */
function findList(answer: unknown): readonly ListedModel[] | undefined {
  if (Array.isArray(answer)) return answer.length === 0 ? undefined : (answer as ListedModel[]);
  const { data } = (answer ?? {}) as { data?: unknown };
  return Array.isArray(data) ? (data as ListedModel[]) : undefined;
}

/** The list does not say what a model is for; models that only embed are known by their names. */
const EMBEDDING_NAME = /embed|(?:^|[/_-])(?:bge|e5|gte|minilm)-/i;
