import type { Failure } from '../../contracts/failure.js';

/** What is said of a generation when nobody is left who could say how it ended. */
export const INTERRUPTED: Failure = {
  code: 'interrupted',
  message: 'The process that ran the generation is gone, or keeps nothing of it any more.',
};
