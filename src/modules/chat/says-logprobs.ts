import type { AdmittedCall } from './call.js';

/** Whether the answer has a place for log probabilities: whole, or in a dialect with a word for them. */
export const saysLogprobs = ({ streams, dialect }: AdmittedCall): boolean =>
  !streams || dialect.saysLogprobs === true;
