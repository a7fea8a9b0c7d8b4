import type { IncomingRequest } from './http-request-reader.js';

/** A request as a fake received it. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  readonly rawBody: Buffer;
  /** The body as JSON, or undefined when it is none. */
  readonly body: unknown;
  /** Index of the connection it came on. */
  readonly connection: number;
  /** `performance.now()` when its last byte had come. */
  readonly at: number;
}

/** Reads target and body of a request. */
export function toRecordedRequest(incoming: IncomingRequest, connection: number): RecordedRequest {
  const { pathname, searchParams } = new URL(incoming.target, 'http://fake');
  return {
    method: incoming.method,
    path: pathname,
    query: searchParams,
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    rawBody: incoming.body,
    body: parseJson(incoming.body),
    connection,
    at: performance.now(),
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
