import { databaseErrorCode } from './describe-database-error.js';

/** SQLSTATE of a statement that the server stopped because its time was over. */
const QUERY_CANCELED = '57014';
/** What `pg` says when the server does not even say that. */
const NO_ANSWER = 'Query read timeout';

/** Whether a statement took longer than it may. With more time the same one may succeed. */
export const isTooSlow = (error: unknown): boolean =>
  databaseErrorCode(error) === QUERY_CANCELED || (error instanceof Error && error.message === NO_ANSWER);
