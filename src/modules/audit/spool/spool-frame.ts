import { crc32 } from 'node:zlib';
import type { WireText } from '../../../contracts/wire-text.js';

/** `begin`: a generation has begun. `outcome`: it has ended; this is its whole record. */
export type FrameKind = 'begin' | 'outcome';

/** One record of a spool. */
export interface SpoolRecord {
  readonly kind: FrameKind;
  readonly tenant: string;
  /** The generation's id. */
  readonly subject: string;
  /** JSON; of a `begin` without its closing brace. */
  readonly text: WireText;
}

/** Length of what follows, its CRC-32, both little-endian; then the kind, the names and the text, in lines. */
const HEADER_BYTES = 8;
const KIND_LETTERS: Readonly<Record<FrameKind, string>> = { begin: 'B', outcome: 'O' };
const KIND_BYTES = Object.values(KIND_LETTERS).map((letter) => letter.charCodeAt(0));
const QUOTE = 0x22;

/** The text has one byte a character, and no raw newline. Gives the frame's bytes in memory that the next call uses again. */
export class FrameWriter {
  private memory = Buffer.allocUnsafeSlow(64 * 1024);

  write({ kind, tenant, subject, text }: SpoolRecord): Buffer {
    const head = `${KIND_LETTERS[kind]}${JSON.stringify(tenant)}\n${JSON.stringify(subject)}\n`;
    const headBytes = Buffer.byteLength(head);
    const bytes = HEADER_BYTES + headBytes + text.length;
    if (bytes > this.memory.length) this.memory = Buffer.allocUnsafeSlow(bytes);
    const { memory } = this;
    memory.write(head, HEADER_BYTES);
    memory.write(text, HEADER_BYTES + headBytes, 'latin1');
    const frame = memory.subarray(0, bytes);
    frame.writeUInt32LE(bytes - HEADER_BYTES, 0);
    frame.writeUInt32LE(crc32(frame.subarray(HEADER_BYTES)), 4);
    return frame;
  }
}

export interface ReadFrame {
  readonly record: SpoolRecord;
  readonly bytes: number;
}

/** The frame at a position; undefined where none is whole, as where a process or the power died in the middle of writing. */
export function readFrame(bytes: Buffer, offset: number): ReadFrame | undefined {
  const length = lengthOfFrame(bytes, offset);
  if (length === undefined) return undefined;
  const payload = bytes.subarray(offset + HEADER_BYTES, offset + length);
  if (crc32(payload) !== bytes.readUInt32LE(offset + 4)) return undefined;
  return { record: toRecord(payload), bytes: length };
}

/** Whether a frame may begin at a position, whole or damaged. No text looks like it: it has no byte of zero. */
export function mayBeginFrame(bytes: Buffer, offset: number): boolean {
  const kind = offset + HEADER_BYTES;
  return (
    bytes[kind + 1] === QUOTE &&
    KIND_BYTES.includes(bytes[kind]!) &&
    lengthOfFrame(bytes, offset) !== undefined
  );
}

/** What the frame at a position says of its length; undefined where it does not end within the bytes. */
export function lengthOfFrame(bytes: Buffer, offset: number): number | undefined {
  if (bytes.length - offset < HEADER_BYTES) return undefined;
  const payloadBytes = bytes.readUInt32LE(offset);
  const length = HEADER_BYTES + payloadBytes;
  // Zeros, as a file system may leave them, have the sum of nothing.
  return payloadBytes === 0 || offset + length > bytes.length ? undefined : length;
}

function toRecord(payload: Buffer): SpoolRecord {
  const endOfTenant = payload.indexOf('\n');
  const endOfSubject = payload.indexOf('\n', endOfTenant + 1);
  return {
    kind: payload.subarray(0, 1).toString() === KIND_LETTERS.begin ? 'begin' : 'outcome',
    tenant: JSON.parse(payload.toString('utf8', 1, endOfTenant)) as string,
    subject: JSON.parse(payload.toString('utf8', endOfTenant + 1, endOfSubject)) as string,
    text: payload.toString('latin1', endOfSubject + 1),
  };
}
