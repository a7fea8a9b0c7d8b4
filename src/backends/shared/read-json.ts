import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';

const MAX_BYTES = 8 * 1024 * 1024;

/** Asks for a small JSON document. Rejects on any fault, a status other than 200, or a body over 8 MiB. */
export function readJson(client: UpstreamClient, path: string, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let body = '';
    const stop = (error: Error) => {
      signal.removeEventListener('abort', onAbort);
      call.abort();
      reject(error);
    };
    const onAbort = () => stop(new Error('no answer in time'));
    const call = client.send(
      { method: 'GET', path },
      {
        head: (status) => {
          if (status !== 200) stop(new Error(`status ${status}`));
        },
        data: (chunk) => {
          body += chunk.toString('latin1');
          if (body.length > MAX_BYTES) stop(new Error('the answer is too large'));
        },
        end: () => {
          signal.removeEventListener('abort', onAbort);
          try {
            resolve(JSON.parse(Buffer.from(body, 'latin1').toString('utf8')));
          } catch {
            reject(new Error('the answer is not JSON'));
          }
        },
        fault: (fault) => {
          signal.removeEventListener('abort', onAbort);
          reject(
            new Error(fault.kind === 'unreachable' ? 'unreachable' : 'broken connection', { cause: fault }),
          );
        },
      },
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}
