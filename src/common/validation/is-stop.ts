import { must } from './must.js';

const MOST = 16;
const LONGEST = 256;

/** A stop sequence, or a list of them. */
export const IsStop = () =>
  must(`be a string of 1 to ${LONGEST} characters, or a list of at most ${MOST} of them`, (value) =>
    Array.isArray(value) ? value.length <= MOST && value.every(isSequence) : isSequence(value),
  );

const isSequence = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST;
