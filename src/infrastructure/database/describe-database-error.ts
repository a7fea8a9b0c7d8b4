import { QueryFailedError } from 'typeorm';

/** SQLSTATE or system code, where the error has one. */
export function databaseErrorCode(error: unknown): string | undefined {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/**
 * What happened in one line, fit for a log. A failed query's own error must not be logged whole: it carries the
 * parameters, and its details the row.
 */
export function describeDatabaseError(error: unknown): string {
  const code = databaseErrorCode(error);
  const message = messageOf(error).split('\n', 1)[0] ?? '';
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

function messageOf(error: unknown): string {
  // `connect` to a name with several addresses fails with an AggregateError, whose own message is empty.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
