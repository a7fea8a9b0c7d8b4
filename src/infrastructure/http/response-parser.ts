import { ChunkedBody } from './chunked-body.js';
import { ResponseHead, ResponseSyntaxError } from './response-head.js';

/** What `step` found. */
export enum Found {
  /** Nothing more in these bytes. */
  Nothing,
  Head,
  Body,
  End,
}

const MAX_HEAD_BYTES = 16 * 1024;
const EMPTY: Buffer = Buffer.alloc(0);
const BEGINNING = 'HTTP/1.';
const HEAD_END = '\r\n\r\n';

/** Reads one HTTP/1.1 response (RFC 9112) step by step, so that its reader may stop between any two. */
export class ResponseParser {
  /** What the next step looks at. */
  private bytes = EMPTY;
  private at = 0;
  private end = 0;
  head: ResponseHead | undefined;
  private headText = '';
  private chunked: ChunkedBody | undefined;
  private left = 0;
  private from = 0;
  private to = 0;

  /** Whether the end of the connection is the end of the body. */
  get endsWithConnection(): boolean {
    return this.head !== undefined && this.chunked === undefined && this.left === Infinity;
  }

  /** What was read, from the beginning of the memory. Bytes may be moved in it. */
  give(bytes: Buffer, length: number): void {
    this.bytes = bytes;
    this.at = 0;
    this.end = length;
  }

  /** What was given and no step has looked at. */
  get rest(): Buffer {
    return this.bytes.subarray(this.at, this.end);
  }

  get isAllRead(): boolean {
    return this.at === this.end;
  }

  /** What the last step found of the body. */
  get body(): Buffer {
    return this.bytes.subarray(this.from, this.to);
  }

  /** Throws a `ResponseSyntaxError` for what is no HTTP. */
  step(): Found {
    if (this.head === undefined) return this.readHead();
    return this.chunked === undefined ? this.readPlain() : this.readChunked(this.chunked);
  }

  private readHead(): Found {
    const before = this.headText.length;
    this.headText += this.bytes.toString('latin1', this.at, this.findHeadEnd());
    const end = this.headText.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length));
    if (!BEGINNING.startsWith(this.headText.slice(0, BEGINNING.length)))
      throw new ResponseSyntaxError('the answer is not HTTP/1.1');
    if (end === -1) {
      this.at = this.end;
      if (this.headText.length >= MAX_HEAD_BYTES)
        throw new ResponseSyntaxError('the header fields are too long');
      return Found.Nothing;
    }
    this.at += end + HEAD_END.length - before;
    const head = ResponseHead.of(this.headText.slice(0, end));
    this.headText = '';
    if (head.isInterim) return this.readHead();
    this.head = head;
    const framing = head.framing;
    if (framing.kind === 'chunked') this.chunked = new ChunkedBody();
    else this.left = framing.kind === 'length' ? framing.bytes : Infinity;
    return Found.Head;
  }

  /** How far to look: what was read with the head is nearly always the whole body, and no text of a head. */
  private findHeadEnd(): number {
    const most = Math.min(this.end, this.at + MAX_HEAD_BYTES);
    const found = this.headText === '' ? this.bytes.indexOf(HEAD_END, this.at, 'latin1') : -1;
    return found === -1 ? most : Math.min(most, found + HEAD_END.length);
  }

  private readPlain(): Found {
    if (this.left === 0) return Found.End;
    this.from = this.at;
    this.to = this.at = Math.min(this.end, this.at + this.left);
    this.left -= this.to - this.from;
    return this.to === this.from ? Found.Nothing : Found.Body;
  }

  private readChunked(body: ChunkedBody): Found {
    body.requireSound();
    if (body.isOver) return Found.End;
    this.at = body.read(this.bytes, this.at, this.end);
    this.from = body.from;
    this.to = body.to;
    if (this.to > this.from) return Found.Body;
    body.requireSound();
    return body.isOver ? Found.End : Found.Nothing;
  }
}
