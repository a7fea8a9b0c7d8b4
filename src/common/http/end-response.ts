import type { ServerResponse } from 'node:http';

/** How long a client may take for what was handed over to it at the end. */
const TAKE_MS = 30_000;

/** Ends a response, and with it the connection when the client does not take the rest in time. */
export function endResponse(raw: ServerResponse, last: Buffer | string): void {
  raw.end(last, 'latin1');
  // Nearly always the kernel has taken it all.
  if (raw.writableLength === 0 || raw.destroyed) return;
  const timer = setTimeout(() => raw.destroy(), TAKE_MS).unref();
  raw.on('close', () => clearTimeout(timer));
}
