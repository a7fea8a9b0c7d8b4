import type { BackendModel } from '../../contracts/model-backend.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { readJson } from '../shared/read-json.js';

/** None: an instance serves agents, and is reached by their names. Rejects when it cannot be asked. */
export async function listInstanceModels(
  client: UpstreamClient,
  signal: AbortSignal,
): Promise<BackendModel[]> {
  await readJson(client, '/health', signal);
  return [];
}
