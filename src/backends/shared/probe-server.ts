import type { BackendHealth } from '../../contracts/model-backend.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { readJson } from './read-json.js';

/** Whether a server answers there with JSON, and which version it says it is, if it does. */
export async function probeServer(
  client: UpstreamClient,
  path: string,
  signal: AbortSignal,
): Promise<BackendHealth> {
  try {
    const answer = (await readJson(client, path, signal)) as { version?: unknown } | null;
    return { reachable: true, version: typeof answer?.version === 'string' ? answer.version : undefined };
  } catch (error) {
    return { reachable: false, error: (error as Error).message };
  }
}
