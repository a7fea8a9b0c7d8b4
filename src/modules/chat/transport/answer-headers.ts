import type { Generation } from '../../generation/index.js';

/** What every answer says about its generation. */
export const answerHeaders = (generation: Generation): Record<string, string> => ({
  'x-generation-id': generation.id,
  'x-citadel-backend': generation.backendName ?? 'none',
});
