import type { FollowedLog } from '../generation/index.js';

/** What every answer says about its generation. */
export const answerHeaders = (source: FollowedLog): Record<string, string> => ({
  ...source.headers,
  'x-generation-id': source.id,
  'x-citadel-backend': source.backendName ?? 'none',
});
