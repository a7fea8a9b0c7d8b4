const HEAD_END = Buffer.from('\r\n\r\n');
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export interface IncomingRequest {
  readonly method: string;
  readonly target: string;
  /** In the order and spelling they came in. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** By lower-case name; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Head = Omit<IncomingRequest, 'body'>;

/** Turns a socket's bytes into requests. Strict: what RFC 9112 forbids a client throws. */
export class HttpRequestReader {
  private parts: Buffer[] = [];
  private size = 0;
  private wanted = 1;

  push(bytes: Buffer): IncomingRequest[] {
    this.parts.push(bytes);
    this.size += bytes.length;
    const requests: IncomingRequest[] = [];
    while (this.size >= this.wanted) {
      const buffer = Buffer.concat(this.parts);
      const request = this.take(buffer);
      if (!request) break;
      requests.push(request);
    }
    return requests;
  }

  private take(buffer: Buffer): IncomingRequest | undefined {
    this.parts = [buffer];
    const headEnd = buffer.indexOf(HEAD_END);
    if (headEnd < 0) return this.wait(this.size + 1);
    const head = parseHead(buffer.toString('latin1', 0, headEnd));
    const start = headEnd + HEAD_END.length;
    const { 'content-length': length, 'transfer-encoding': encoding } = head.headers;
    if (encoding !== undefined) {
      if (encoding !== 'chunked' || length !== undefined) throw new Error('ambiguous request framing');
      const chunked = readChunks(buffer, start);
      if (!chunked) return this.wait(this.size + 1);
      return this.finish({ ...head, body: Buffer.concat(chunked.chunks) }, buffer, chunked.end);
    }
    if (length !== undefined && !/^\d+$/.test(length)) throw new Error(`content-length is ${length}`);
    const end = start + Number(length ?? 0);
    if (buffer.length < end) return this.wait(end);
    return this.finish({ ...head, body: Buffer.from(buffer.subarray(start, end)) }, buffer, end);
  }

  private wait(wanted: number): undefined {
    this.wanted = wanted;
  }

  private finish(request: IncomingRequest, buffer: Buffer, end: number): IncomingRequest {
    this.parts = [buffer.subarray(end)];
    this.size = buffer.length - end;
    this.wanted = 1;
    return request;
  }
}

function parseHead(text: string): Head {
  const [requestLine = '', ...lines] = text.split('\r\n');
  const [method = '', target = '', version, ...rest] = requestLine.split(' ');
  if (!TOKEN.test(method) || !target || version !== 'HTTP/1.1' || rest.length > 0) {
    throw new Error(`request line: ${requestLine}`);
  }
  const rawHeaders = lines.map((line) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1).trim();
    if (!TOKEN.test(name) || /[\r\n\0]/.test(value)) throw new Error(`header line: ${line}`);
    return [name, value] as const;
  });
  const headers: Record<string, string> = {};
  for (const [name, value] of rawHeaders) {
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  if (rawHeaders.filter(([name]) => name.toLowerCase() === 'host').length !== 1)
    throw new Error('not one host header');
  return { method, target, rawHeaders, headers };
}

/** The chunks of a chunked body and where it ends, or undefined while it is incomplete. Trailers are skipped. */
export function readChunks(buffer: Buffer, start: number): { chunks: Buffer[]; end: number } | undefined {
  const chunks: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = buffer.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const [sizeText = ''] = buffer.toString('latin1', at, lineEnd).split(';');
    if (!/^[0-9a-fA-F]+$/.test(sizeText)) throw new Error(`chunk size: ${sizeText}`);
    const size = Number.parseInt(sizeText, 16);
    const dataStart = lineEnd + 2;
    if (size === 0) {
      // The empty line may follow at once or after trailers.
      const end = buffer.indexOf(HEAD_END, lineEnd);
      return end < 0 ? undefined : { chunks, end: end + HEAD_END.length };
    }
    if (buffer.length < dataStart + size + 2) return undefined;
    chunks.push(buffer.subarray(dataStart, dataStart + size));
    if (buffer.toString('latin1', dataStart + size, dataStart + size + 2) !== '\r\n')
      throw new Error('chunk end');
    at = dataStart + size + 2;
  }
}
