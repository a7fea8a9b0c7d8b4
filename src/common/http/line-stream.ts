import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { endResponse } from './end-response.js';
import { onClientGone } from './on-client-gone.js';
import { requireClear } from './refuse-stream.js';

/** A client that takes nothing for this long is let go. */
const DRAIN_TIMEOUT_MS = 60_000;
/** After the last line a client that does not read gets this long to take it. */
const FAREWELL_MS = 5_000;

export interface Lines {
  readonly headers: Record<string, string>;
  /** Pieces of text. The next one is asked for when the client has taken those before. */
  readonly pieces: AsyncGenerator<string, void>;
  /** Ends the stream before its time, with the reason for an error. */
  readonly signal: AbortSignal;
  /** What the last line says of a stream that did not come to its end. */
  lastLine(error: unknown): string;
}

/**
 * Answers 200 with lines as they come, at the client's own pace. What fails before the first of them is thrown; what
 * fails later becomes the last line, behind which the connection is closed.
 */
export async function streamLines(reply: FastifyReply, lines: Lines): Promise<void> {
  requireClear(reply);
  const { raw } = reply;
  const client = new LineClient(reply, lines.signal);
  try {
    let next = await lines.pieces.next();
    reply.hijack();
    reply.headers(lines.headers);
    raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    let isLine = true;
    try {
      for (; !next.done; next = await lines.pieces.next()) {
        if (client.gone) return;
        isLine = next.value.endsWith('\n');
        if (!raw.write(next.value)) await client.room();
        lines.signal.throwIfAborted();
      }
      endResponse(raw, '');
    } catch (error) {
      if (!client.gone) await breakOff(reply, `${isLine ? '' : '\n'}${lines.lastLine(error)}\n`);
    }
  } finally {
    client.release();
    await lines.pieces.return();
  }
}

/** Resolves when the connection is closed. */
async function breakOff({ raw, request }: FastifyReply, last: string): Promise<void> {
  const { socket } = request.raw;
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));
  raw.once('finish', () => socket.destroySoon());
  raw.end(last);
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
  await closed;
  clearTimeout(timer);
}

/** Who takes the lines: has room again, is gone, or takes too long. */
class LineClient {
  gone = false;
  private wake: () => void = () => undefined;
  private readonly stopListening: () => void;

  constructor(
    private readonly reply: FastifyReply,
    private readonly signal: AbortSignal,
  ) {
    this.stopListening = onClientGone(reply, this.onGone);
  }

  /** Resolves when there is room again, or there is nothing to wait for any more. */
  async room(): Promise<void> {
    const { raw } = this.reply;
    if (this.gone || this.signal.aborted) return;
    const timer = setTimeout(() => raw.destroy(), DRAIN_TIMEOUT_MS).unref();
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      raw.once('drain', resolve);
      this.signal.addEventListener('abort', this.onAbort);
    });
    clearTimeout(timer);
    raw.off('drain', this.wake);
    this.signal.removeEventListener('abort', this.onAbort);
  }

  release(): void {
    this.stopListening();
  }

  private readonly onAbort = (): void => this.wake();

  private readonly onGone = (): void => {
    this.gone = true;
    this.wake();
  };
}
