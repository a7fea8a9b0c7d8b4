import { type Readable, Transform, type TransformCallback } from 'node:stream';
import type { BodyRoom } from './body-room.js';

/** As much of each body is let in without being counted, so that small ones are, however many large ones there are. */
export const UNCOUNTED_BYTES = 64 * 1024;

/** A body that takes room as it comes, until it has been read or given up. Fails where there is none. */
export class MeteredBody extends Transform {
  /** What Content-Length is about, for Fastify, which compares it. */
  receivedEncodedLength = 0;
  private taken = 0;

  constructor(
    source: Readable,
    private readonly room: BodyRoom,
    private readonly caller: string | undefined,
  ) {
    super();
    source.on('error', (error) => this.destroy(error));
    source.once('close', () => {
      if (!source.readableEnded) this.destroy();
    });
    // Whoever does not want the rest lets it come, so that the answer is read behind it.
    this.once('close', () => {
      source.unpipe(this).resume();
      room.giveBack(caller, this.taken);
    });
    source.pipe(this);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.receivedEncodedLength += chunk.length;
    const wanted = Math.max(0, this.receivedEncodedLength - UNCOUNTED_BYTES) - this.taken;
    const refusal = this.room.take(this.caller, wanted);
    if (refusal !== undefined) return done(refusal);
    this.taken += wanted;
    done(null, chunk);
  }
}
