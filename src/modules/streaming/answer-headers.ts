import type { FastifyReply } from 'fastify';
import type { FollowedLog } from '../generation/index.js';

/** What every answer says about its generation; one that was made for this reply also what the gateway added to its time. */
export function answerHeaders(source: FollowedLog, reply?: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {
    ...source.headers,
    'x-generation-id': source.id,
    'x-citadel-backend': source.backendName ?? 'none',
  };
  const ownMs = reply && source.ownMsSince(performance.now() - reply.elapsedTime);
  if (ownMs !== undefined) headers['x-citadel-overhead-ms'] = ownMs.toFixed(1);
  return headers;
}
