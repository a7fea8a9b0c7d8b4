import type { TunedProfile } from '../agents/index.js';

/** The same profile with a frame for each log entry, so that events have the same numbers for every reader. */
export const eachPiece = ({ profile, settings }: TunedProfile): TunedProfile => ({
  profile,
  settings: { ...settings, chunkSize: 1, flushMs: 0 },
});
