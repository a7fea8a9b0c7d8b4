import { must } from './must.js';

const MOST = 100;

/** Numbers by the ids of tokens. */
export const IsLogitBias = () =>
  must(
    `be an object of numbers from -${MOST} to ${MOST}`,
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every(isBias),
  );

const isBias = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= MOST;
