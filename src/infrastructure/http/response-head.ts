import { flat } from '../../contracts/wire-text.js';

/** Why bytes are no HTTP/1.1 response that can be read. */
export class ResponseSyntaxError extends Error {}

/** How long a body is (RFC 9112, section 6.3). */
export type BodyFraming =
  { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' | 'until-close' };

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?$/;
const FIELD_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const KEEP_ALIVE_TIMEOUT = /timeout=(\d{1,6})/i;
/** A request that is on its way when the server closes is lost. */
const SAFETY_MS = 1000;
const LENGTH = /^\d{1,15}$/;

/** Status and fields of one response, checked as far as a reader's safety hangs on them. */
export class ResponseHead {
  readonly status: number;
  private readonly isHttp10: boolean;
  /** Names in lower case, each followed by its value. */
  private readonly fields: readonly string[];

  private static last: ResponseHead | undefined;

  private constructor(private readonly text: string) {
    const [statusLine = '', ...lines] = text.split('\r\n');
    const found = STATUS_LINE.exec(statusLine);
    if (found === null) throw new ResponseSyntaxError('the status line is not HTTP/1.1');
    this.isHttp10 = found[1] === '0';
    this.status = Number(found[2]);
    this.fields = lines.flatMap(toField);
  }

  /** Takes everything before the empty line. A server that is busy says the same again and again, which is read once. */
  static of(text: string): ResponseHead {
    if (this.last?.text !== text) this.last = new ResponseHead(flat(text));
    return this.last;
  }

  get(name: string): string | undefined {
    const { fields } = this;
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
    return undefined;
  }

  get isInterim(): boolean {
    return this.status < 200;
  }

  /** How long the server keeps the connection open for another request, 0 when it does not. */
  get keptAliveMs(): number {
    const said = (this.get('connection') ?? '').toLowerCase();
    if (this.isHttp10 ? !said.includes('keep-alive') : said.includes('close')) return 0;
    const announced = KEEP_ALIVE_TIMEOUT.exec(this.get('keep-alive') ?? '')?.[1];
    return announced === undefined ? Infinity : Math.max(0, Number(announced) * 1000 - SAFETY_MS);
  }

  get framing(): BodyFraming {
    if (this.status === 204 || this.status === 304) return { kind: 'length', bytes: 0 };
    const coding = this.get('transfer-encoding');
    if (coding !== undefined) {
      if (coding.toLowerCase() === 'chunked') return { kind: 'chunked' };
      throw new ResponseSyntaxError('the transfer coding is not known');
    }
    const lengths = this.all('content-length');
    if (lengths.length === 0) return { kind: 'until-close' };
    if (!LENGTH.test(lengths[0]!) || lengths.some((length) => length !== lengths[0]))
      throw new ResponseSyntaxError('the content length is not a number');
    return { kind: 'length', bytes: Number(lengths[0]) };
  }

  private all(name: string): string[] {
    return this.fields.filter((_, index) => index % 2 === 1 && this.fields[index - 1] === name);
  }
}

function toField(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  if (colon < 1 || !FIELD_NAME.test(name)) throw new ResponseSyntaxError('a header field is malformed');
  return [name.toLowerCase(), line.slice(colon + 1).trim()];
}
