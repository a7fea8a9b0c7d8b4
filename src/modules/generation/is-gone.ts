import { GatewayError } from '../../common/errors/gateway.error.js';

const CODES: ReadonlySet<string> = new Set(['generation_not_found', 'stream_expired']);

/** Whether a `LogDirectory` says so of a log that is not there, or not any more. */
export const isGone = (error: unknown): boolean => error instanceof GatewayError && CODES.has(error.code);
