export { answerHeaders } from './answer-headers.js';
export { answerWhole } from './answer-whole.js';
export { COMES_BACK } from './come-back.js';
export { dialectOptions } from './dialect-options.js';
export { withEventIds } from './event-ids.js';
export {
  finishedOutcome,
  finishedUnlessGone,
  type FinishedOutcome,
  type OnGone,
} from './finished-outcome.js';
export { RETRY_MS } from './retry.js';
export { StreamingModule } from './streaming.module.js';
export { streamLog } from './stream-log.js';
export { StreamResumption } from './stream-resumption.js';
export { requireInside } from './stream-position.js';
