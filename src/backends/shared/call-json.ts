import { inspect } from 'node:util';
import { FailureError, type Failure } from '../../contracts/failure.js';
import type { UpstreamClient, UpstreamRequest } from '../../infrastructure/http/upstream-client.js';
import { findErrorText } from './error-text.js';
import { fromFault, fromStatus, protocolFailure, reportedFailure } from './failures.js';
import { parseWireJson } from './json-string.js';

const MAX_BYTES = 128 * 1024 * 1024;

/** Asks a model server for one JSON document. Rejects with a `FailureError`, or with the signal's reason. */
export function callJson(
  client: UpstreamClient,
  request: UpstreamRequest,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let retryAfter: string | undefined;
    let encoding = 'identity';
    const pieces: string[] = [];
    let bytes = 0;
    const settle = (error?: Error, value?: unknown) => {
      signal.removeEventListener('abort', onAbort);
      // The caller's own reason is handed on as it is.
      if (error === undefined) resolve(value);
      else reject(error);
    };
    const fail = (failure: Failure) => settle(new FailureError(failure));
    const onAbort = () => {
      call.abort();
      settle(signal.reason as Error);
    };
    const call = client.send(request, {
      head: (code, headers) => {
        status = code;
        retryAfter = headers.get('retry-after');
        encoding = headers.get('content-encoding') ?? 'identity';
      },
      data: (chunk) => {
        pieces.push(chunk.toString('latin1'));
        bytes += chunk.length;
        if (bytes <= MAX_BYTES) return;
        call.abort();
        fail(protocolFailure('its answer is too large'));
      },
      end: () => {
        const body = pieces.join('');
        if (status !== 200) return fail(fromStatus(status, body, retryAfter));
        if (encoding !== 'identity') return fail(protocolFailure(`its answer is compressed (${encoding})`));
        const value = parseWireJson(body);
        const error = (value as { error?: unknown } | null | undefined)?.error;
        if (value === undefined) fail(protocolFailure('its answer is not JSON'));
        else if (error) fail(reportedFailure(findErrorText({ error }) ?? inspect(error)));
        else settle(undefined, value);
      },
      fault: (fault) => fail(fromFault(fault, status !== 0)),
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}
