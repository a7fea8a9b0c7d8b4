import { databaseErrorCode } from './describe-database-error.js';

/**
 * Classes of SQLSTATE that blame the server or the moment: connection, transaction rollback, resources, a lock that is
 * not free, operator intervention (time-outs too), system error. And a server that only reads, as after a failover.
 */
const AWAY_STATE = /^(?:08|40|53|55|57|58)...$|^25006$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Such as ECONNREFUSED, and not ERR_INVALID_ARG_TYPE. */
const SYSTEM_CODE = /^E(?!RR_)[A-Z_]+$/;
/** What `pg` says without a code. */
const WITHOUT_CODE =
  /^(?:Query read timeout|Connection terminated|timeout exceeded when trying to connect|timeout expired|Client (?:was closed|has encountered)|Cannot use a pool after)/;

/** Whether a query failed because of the database's state, so that the same one may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  const code = databaseErrorCode(error);
  // EPIPE has five letters too.
  if (code !== undefined && SQLSTATE.test(code) && !/^E[A-Z]{4}$/.test(code)) return AWAY_STATE.test(code);
  if (code !== undefined) return SYSTEM_CODE.test(code);
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return error instanceof Error && WITHOUT_CODE.test(error.message);
}
