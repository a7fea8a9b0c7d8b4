import type { IncomingMessage, Server, ServerOptions } from 'node:http';
import { offersWebSocket } from './common/http/plain-upgrade.js';

/** Of Node since 24.9. */
interface UpgradeOptions {
  shouldUpgradeCallback(this: Server, request: IncomingMessage): boolean;
}

/** How long a client may take and how much it may send before it has said what it wants. */
export const SERVER_OPTIONS = {
  maxHeaderSize: 16 * 1024,
  // Ten and thirty seconds at most, as they are looked at each second.
  headersTimeout: 9_000,
  requestTimeout: 29_000,
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 1_000,
  // Checked with the rest of the head, so that its absence is answered in our form.
  requireHostHeader: false,
  // What offers another protocol stays a request, with its body. An older Node lets go of it, and the door gives it back.
  shouldUpgradeCallback(request) {
    return this.listenerCount('upgrade') > 0 && offersWebSocket(request);
  },
} satisfies ServerOptions & UpgradeOptions;
