/** How answers of generations document it. */
export const OVERHEAD_HEADER = {
  'X-Citadel-Overhead-Ms': {
    description:
      'Milliseconds until the head of the answer that were not spent waiting for the backend: to begin where it streams, to ' +
      'end where not. Left out where this request did not begin the answer.',
    schema: { type: 'number', format: 'double' },
  },
} as const;
