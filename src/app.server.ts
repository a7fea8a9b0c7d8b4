import type { ServerOptions } from 'node:http';

/** How long a client may take and how much it may send before it has said what it wants. */
export const SERVER_OPTIONS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 5_000,
  // Checked with the rest of the head, so that its absence is answered in our form.
  requireHostHeader: false,
} satisfies ServerOptions;
