import { ResponseSyntaxError } from './response-head.js';

/** What the next byte belongs to (RFC 9112, section 7.1). */
enum Place {
  Size,
  Extension,
  SizeEnd,
  Data,
  DataEnd,
  DataLineEnd,
  TrailerStart,
  Trailer,
  LastEnd,
  Over,
}

const CR = 13;
const LF = 10;
const SEMICOLON = 0x3b;
/** Of what is neither size nor data no more is read. */
const MAX_IDLE_BYTES = 16 * 1024;
const MAX_SIZE_DIGITS = 12;
const LINE_END_BYTES = 2;

/** Takes a chunked body apart. Works in the memory it is given: the data of a read is moved together, not copied out. */
export class ChunkedBody {
  private place = Place.Size;
  private size = 0;
  private digits = 0;
  private left = 0;
  private idleBytes = 0;
  /** Where the data of the last read stands. */
  from = 0;
  to = 0;
  /** What is wrong behind that data. */
  private error: ResponseSyntaxError | undefined;

  /** Throws when what comes behind the data of the last read is no body. */
  requireSound(): void {
    if (this.error !== undefined) throw this.error;
  }

  get isOver(): boolean {
    return this.place === Place.Over;
  }

  /** Takes the bytes from `at` to `end`, as far as the body goes. Returns where it stopped. */
  read(bytes: Buffer, at: number, end: number): number {
    this.from = this.to = at;
    let next = at;
    try {
      while (next < end && !this.isOver) {
        if (this.place === Place.Data) next = this.takeData(bytes, next, end);
        else if (this.place === Place.DataEnd) next = this.takeBorder(bytes, next, end);
        else this.takeByte(bytes[next++]!);
      }
    } catch (error) {
      this.error = error as ResponseSyntaxError;
    }
    return next;
  }

  private takeData(bytes: Buffer, at: number, readEnd: number): number {
    const end = Math.min(readEnd, at + this.left);
    if (this.from === this.to) this.from = this.to = at;
    else if (this.to !== at) bytes.copyWithin(this.to, at, end);
    this.to += end - at;
    this.left -= end - at;
    if (this.left === 0) this.place = Place.DataEnd;
    return end;
  }

  /** What stands between two chunks. Nearly always all of it is here, and plain; otherwise it is taken byte by byte. */
  private takeBorder(bytes: Buffer, at: number, end: number): number {
    const digitsAt = at + LINE_END_BYTES;
    const digitsEnd = Math.min(end - LINE_END_BYTES, digitsAt + MAX_SIZE_DIGITS);
    let next = digitsAt;
    let size = 0;
    for (let digit; next < digitsEnd && (digit = hexDigit(bytes[next]!)) >= 0; next++)
      size = size * 16 + digit;
    if (size > 0 && isLineEnd(bytes, at) && isLineEnd(bytes, next)) {
      this.left = this.size = size;
      this.place = Place.Data;
      return next + LINE_END_BYTES;
    }
    this.takeByte(bytes[at]!);
    return at + 1;
  }

  private takeByte(byte: number): void {
    switch (this.place) {
      case Place.Size:
        return this.takeSize(byte);
      case Place.Extension:
        if (byte === CR) this.place = Place.SizeEnd;
        return this.countIdle();
      case Place.SizeEnd:
        return this.expect(byte, LF, this.size === 0 ? Place.TrailerStart : Place.Data);
      case Place.DataEnd:
        return this.expect(byte, CR, Place.DataLineEnd);
      case Place.DataLineEnd:
        this.size = this.digits = 0;
        return this.expect(byte, LF, Place.Size);
      case Place.TrailerStart:
        this.place = byte === CR ? Place.LastEnd : Place.Trailer;
        return this.countIdle();
      case Place.Trailer:
        if (byte === LF) this.place = Place.TrailerStart;
        return this.countIdle();
      default:
        return this.expect(byte, LF, Place.Over);
    }
  }

  private takeSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      if (++this.digits > MAX_SIZE_DIGITS) throw new ResponseSyntaxError('a chunk is too large');
      this.size = this.size * 16 + digit;
      return;
    }
    if (this.digits === 0) throw new ResponseSyntaxError('a chunk has no size');
    this.left = this.size;
    this.idleBytes = 0;
    if (byte === CR) this.place = Place.SizeEnd;
    else if (byte === SEMICOLON) this.place = Place.Extension;
    else throw new ResponseSyntaxError('the size of a chunk is malformed');
  }

  private expect(byte: number, expected: number, then: Place): void {
    if (byte !== expected) throw new ResponseSyntaxError('a chunk does not end where it should');
    this.place = then;
  }

  private countIdle(): void {
    if (++this.idleBytes > MAX_IDLE_BYTES)
      throw new ResponseSyntaxError('a chunk says too much besides its data');
  }
}

const isLineEnd = (bytes: Buffer, at: number): boolean => bytes[at] === CR && bytes[at + 1] === LF;

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
