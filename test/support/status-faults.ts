import type { FakeModelServer } from './fake-model-server.js';
import {
  AUTH,
  BUSY,
  CALLERS_FAULT,
  FAILED,
  type StatusOutcome,
  type UpstreamFault,
} from './fault-outcomes.js';

/** Stands in bodies that only we may know; must never reach a caller. */
export const UPSTREAM_CANARY = 'canary-10.9.8.7-sk-4f2a';

const RETRY_AFTER_S = 7;

const OUTCOMES: readonly (readonly [status: number, outcome: StatusOutcome])[] = [
  [400, CALLERS_FAULT],
  [401, AUTH],
  [403, AUTH],
  [404, { status: 404, code: 'model_not_found' }],
  [413, CALLERS_FAULT],
  [422, CALLERS_FAULT],
  [429, { status: 429, code: 'rate_limit_exceeded', retryAfterS: RETRY_AFTER_S }],
  [500, FAILED],
  [502, FAILED],
  [503, BUSY],
];

/** Whose text the caller is told; the others' texts are ours alone. */
const TOLD = new Set([400, 413, 422]);

const BODIES = ['JSON', 'no', 'HTML'] as const;

/** Every refusal by status, with the protocol's own body, without one, and with a proxy's page. */
export const STATUS_FAULTS: readonly UpstreamFault[] = OUTCOMES.flatMap(([status, before]) =>
  BODIES.map((body) => ({
    name: `status ${status} with ${body} body`,
    install: (server: FakeModelServer) => refuseWith(server, status, body),
    before,
  })),
);

function refuseWith(server: FakeModelServer, status: number, kind: (typeof BODIES)[number]): void {
  const retry: Record<string, string> = status === 429 ? { 'Retry-After': String(RETRY_AFTER_S) } : {};
  const text = TOLD.has(status) ? `the request is not right (${status})` : `refused: ${UPSTREAM_CANARY}`;
  server.script((exchange) => {
    if (kind === 'no') return exchange.respond(status, retry, '');
    if (kind === 'JSON') {
      return exchange.respond(
        status,
        { 'Content-Type': 'application/json', ...retry },
        server.errorPayload(text, status),
      );
    }
    const page = `<html><head><title>${status}</title></head><body><h1>${text}</h1><hr>${UPSTREAM_CANARY}</body></html>`;
    return exchange.respond(status, { 'Content-Type': 'text/html', ...retry }, page);
  });
}
