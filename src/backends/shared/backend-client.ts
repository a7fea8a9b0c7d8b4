import type { BackendSettings, UpstreamConfig } from '../../config/index.js';
import { UpstreamClient } from '../../infrastructure/http/upstream-client.js';

/** The way to the server of one backend, with its key, if it asks for one. */
export const createBackendClient = (
  { url, apiKey }: BackendSettings,
  { connectTimeoutMs, keptConnections, via }: UpstreamConfig,
  headers: Record<string, string> = {},
): UpstreamClient =>
  new UpstreamClient({
    baseUrl: url,
    connectTimeoutMs,
    keptConnections,
    headers: {
      'content-type': 'application/json',
      // Firewalls before hosted models refuse whoever does not say who it is.
      'user-agent': 'citadel-gateway',
      via,
      ...headers,
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
  });
