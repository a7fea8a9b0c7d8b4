import type { UpstreamClient, UpstreamHandler } from '../../infrastructure/http/upstream-client.js';

/** Nobody waits for it, so it may not wait for ever. */
const TIMEOUT_MS = 5_000;

const UNHEARD: UpstreamHandler = {
  head: () => undefined,
  data: () => undefined,
  end: () => undefined,
  fault: () => undefined,
};

/**
 * Tells the instance that an answer is not wanted any more. Its connection is closed as well: instances that stop by one
 * of the two ways only are both met.
 */
export function cancelAtInstance(client: UpstreamClient, id: string): void {
  const path = `/agent/cancel/${encodeURIComponent(id)}`;
  const call = client.send({ method: 'POST', path, body: '{}' }, UNHEARD);
  setTimeout(() => call.abort(), TIMEOUT_MS).unref();
}
