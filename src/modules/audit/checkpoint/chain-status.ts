import type { CheckpointStats } from './checkpoint-writer.js';

/** Whether the chains are what was signed of them. */
export interface ChainStatus {
  readonly stats: CheckpointStats;
}

export const ChainStatus = Symbol('ChainStatus');
