import type { BackendModel } from '../../contracts/model-backend.js';

/** Answers by keywords, always in the same words. Also what is said for any model name that is not the simulator's. */
export const KEYWORD_MODEL = 'p8-sim';

/** Names that begin so belong to the simulator and carry their settings: `sim/words?seed=7&tokens=200`. */
export const SIMULATOR_PREFIX = 'sim/';

export const listSimulatorModels = (): BackendModel[] => [
  { id: KEYWORD_MODEL, ownedBy: 'citadel', chat: true },
];
