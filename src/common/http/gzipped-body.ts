import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, createGzip, type Gzip } from 'node:zlib';
import { endResponse } from './end-response.js';

type Taken = (error?: Error | null) => void;

/** A small window: what is streamed repeats itself within a few KiB, and every listener has a compressor of its own. */
const OPTIONS = { flush: constants.Z_SYNC_FLUSH, level: 3, windowBits: 13, memLevel: 6 };

/** Whether the client takes gzip (RFC 9110, section 12.5.3). */
export const takesGzip = ({ headers }: IncomingMessage): boolean =>
  String(headers['accept-encoding'] ?? '')
    .split(',')
    .some((coding) => /^\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding));

/** The body of an answer by gzip (RFC 1952). Each piece can be read as soon as it has arrived. */
export class GzippedBody {
  private readonly gzip: Gzip = createGzip(OPTIONS);
  private compressed: Buffer[] = [];
  private isFull = false;

  /** `drained` is called when there is room again, after what was too much for the client or for the compressor. */
  constructor(
    private readonly raw: ServerResponse,
    private readonly drained: () => void,
  ) {
    this.gzip.on('data', (piece: Buffer) => this.compressed.push(piece));
    raw.once('close', () => this.gzip.close());
  }

  /** Takes latin1. False means full. `taken` is called when the piece has left the process. */
  write(piece: string, taken?: Taken): boolean {
    const { raw, gzip } = this;
    gzip.write(piece, 'latin1', () => {
      if (raw.write(this.take(), taken)) this.onRoom();
      else raw.once('drain', this.onRoom);
    });
    this.isFull ||= this.isBusy;
    return !this.isFull;
  }

  end(last: string): void {
    this.gzip.once('end', () => endResponse(this.raw, this.take()));
    this.gzip.end(last, 'latin1');
  }

  private get isBusy(): boolean {
    return this.raw.writableNeedDrain || this.gzip.writableNeedDrain;
  }

  private readonly onRoom = (): void => {
    if (!this.isFull || this.isBusy) return;
    this.isFull = false;
    this.drained();
  };

  private take(): Buffer {
    const all = Buffer.concat(this.compressed);
    this.compressed = [];
    return all;
  }
}
