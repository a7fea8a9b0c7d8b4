import { readChunks } from './http-request-reader.js';

/** One answer as it stood on the wire. */
export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Status line and headers as they came, without the blank line. */
  readonly head: string;
  readonly body: Buffer;
  /** The HTTP chunks of a chunked body. */
  readonly chunks: readonly Buffer[];
}

/** The complete answers at the beginning of the bytes, and what follows them. `ended` says that no more will come. */
export function parseResponses(bytes: Buffer, ended: boolean): { responses: RawResponse[]; rest: Buffer } {
  const responses: RawResponse[] = [];
  let rest = bytes;
  for (;;) {
    const taken = takeResponse(rest, ended);
    if (!taken) return { responses, rest };
    responses.push(taken.response);
    rest = rest.subarray(taken.end);
  }
}

function takeResponse(bytes: Buffer, ended: boolean): { response: RawResponse; end: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const [, statusText = '', reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine) ?? [];
  if (statusText === '') throw new Error(`not an HTTP answer: ${statusLine}`);
  const headers = toHeaders(lines);
  const status = Number(statusText);
  const body = takeBody(bytes, headEnd + 4, { status, headers, ended });
  if (!body) return undefined;
  return {
    response: { status, reason, headers, head, body: Buffer.concat(body.chunks), chunks: body.chunks },
    end: body.end,
  };
}

interface BodyContext {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly ended: boolean;
}

function takeBody(
  bytes: Buffer,
  start: number,
  context: BodyContext,
): { chunks: Buffer[]; end: number } | undefined {
  const { status, headers, ended } = context;
  if (status < 200 || status === 204 || status === 304) return { chunks: [], end: start };
  if (headers['transfer-encoding'] === 'chunked') return readChunks(bytes, start);
  const length = headers['content-length'];
  if (length === undefined) return ended ? { chunks: [bytes.subarray(start)], end: bytes.length } : undefined;
  const end = start + Number(length);
  return bytes.length < end ? undefined : { chunks: [bytes.subarray(start, end)], end };
}

function toHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
