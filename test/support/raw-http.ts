import { connect, type Socket } from 'node:net';
import { nextTurn } from './event-loop.js';
import { withDeadline } from './eventually.js';
import { parseResponses, type RawResponse } from './http-response-parser.js';

export type { RawResponse } from './http-response-parser.js';

/** A client that sends any bytes and keeps every byte that comes back. */
export class RawClient {
  /** Resolves when the server has closed, by FIN or RST. */
  readonly closed: Promise<void>;
  /** Whether the server tore the connection down. */
  wasReset = false;
  private isClosed = false;
  private readonly parts: Buffer[] = [];
  private wake: (() => void)[] = [];

  private constructor(private readonly socket: Socket) {
    this.closed = new Promise((resolve) => {
      const markClosed = (): void => {
        this.isClosed = true;
        resolve();
        this.notify();
      };
      socket.on('end', markClosed).on('close', markClosed);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (this.wasReset ||= error.code === 'ECONNRESET'));
    socket.on('data', (bytes: Buffer) => {
      this.parts.push(bytes);
      this.notify();
    });
  }

  static async open(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host, noDelay: true, allowHalfOpen: true });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    return new RawClient(socket);
  }

  /** Every byte that has come back. */
  get received(): Buffer {
    return Buffer.concat(this.parts);
  }

  /** Sends the bytes in one write. A server that has closed already makes it return, not fail. */
  async send(bytes: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.write(bytes, () => resolve());
    });
    await nextTurn();
  }

  /** Sends the bytes one by one, each in a write and a turn of its own. */
  async sendSlowly(bytes: string | Uint8Array): Promise<void> {
    for (const byte of Buffer.from(bytes)) await this.send(Buffer.of(byte));
  }

  /** The first `count` complete answers; fewer when the server closed before. */
  async responses(count = 1): Promise<RawResponse[]> {
    for (;;) {
      const { responses } = parseResponses(this.received, this.isClosed);
      if (responses.length >= count || this.isClosed) return responses.slice(0, count);
      await this.change();
    }
  }

  /** Resolves when the text has come back, or the server has closed. */
  async seen(text: string): Promise<void> {
    while (!this.isClosed && !this.received.includes(text)) await this.change();
  }

  /** Stops or goes on reading, to be a slow client. */
  setReading(reading: boolean): void {
    if (reading) this.socket.resume();
    else this.socket.pause();
  }

  /** Sends FIN and goes on reading. */
  end(): void {
    this.socket.end();
  }

  /** Sends RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Leaves. */
  destroy(): void {
    this.socket.destroy();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  private notify(): void {
    for (const wake of this.wake.splice(0)) wake();
  }
}

export interface RawAnswer {
  /** Every byte that came back. */
  readonly raw: Buffer;
  readonly responses: readonly RawResponse[];
  /** Whether the server had closed when we stopped waiting. */
  readonly closed: boolean;
}

export interface RawExchange {
  /** Wait for the server to close, or for this many complete answers. */
  readonly until?: 'close' | number;
  readonly deadlineMs?: number;
}

/** Sends raw bytes on a connection of their own, waits for the answer, and leaves. Fails past the deadline. */
export async function sendRaw(
  port: number,
  bytes: string | Uint8Array,
  { until = 1, deadlineMs = 5_000 }: RawExchange = {},
): Promise<RawAnswer> {
  const client = await RawClient.open(port);
  try {
    await client.send(bytes);
    const answered = until === 'close' ? client.closed : client.responses(until).then();
    await withDeadline<unknown>(answered, { deadlineMs, what: 'the raw answer' });
    const closed = await Promise.race([client.closed.then(() => true), nextTurn().then(() => false)]);
    return { raw: client.received, responses: parseResponses(client.received, closed).responses, closed };
  } finally {
    client.destroy();
  }
}
